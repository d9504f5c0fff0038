"""The terminal stepper: `moves` and `content` are pure, only `app` and `panes` load textual."""
