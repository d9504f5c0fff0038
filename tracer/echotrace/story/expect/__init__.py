"""Expectations: a pattern of steps that the course of a connection must match."""
