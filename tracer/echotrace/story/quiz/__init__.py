"""Questions that a trace answers: each is derived from its model, so is each answer."""
