"""The stepper in the terminal.

`moves` and `finding` say where each key leads, `content`, `lanes` and `folding` what the panes
show: all pure. `pictures` joins them; `panes`, `prompt`, `screen`, `help` and `app` are widgets.
"""
