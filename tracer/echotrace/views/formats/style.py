"""The style of an HTML fragment: Okabe-Ito, each colour with a shape, a mark or a letter beside it.

`SCOPE` stands for the fragment's class, so that nothing outside of it is touched. Contrasts are
4.5:1 for text and 3:1 for borders (WCAG 2.1, 1.4.3 and 1.4.11), on both backgrounds.
"""

_SCOPE = "SCOPE"

_CSS = """
.SCOPE{--ink:#000;--paper:#fff;--line:#767676;--dim:#595959;--call:#0072B2;--differs:#D55E00;
--hatch:#c9c9c9;color:var(--ink);background:var(--paper);padding:.5em;overflow-x:auto;
font:14px/1.4 system-ui,sans-serif}
@media (prefers-color-scheme:dark){.SCOPE{--ink:#eee;--paper:#111;--line:#8a8a8a;--dim:#b0b0b0;
--call:#56B4E9;--differs:#E69F00;--hatch:#444}}
.SCOPE table{border-collapse:collapse;margin:.5em 0;color:inherit}
.SCOPE tr{background:var(--paper)}
.SCOPE caption,.SCOPE .title,.SCOPE .heading{font-weight:bold;text-align:left;margin:.6em 0 .2em}
.SCOPE th,.SCOPE td{border:1px solid var(--line);padding:.1em .5em;text-align:left;
vertical-align:top;background:var(--paper);color:var(--ink)}
.SCOPE thead th{border-bottom-width:2px}
.SCOPE tbody th{font-weight:normal;color:var(--dim)}
.SCOPE code,.SCOPE pre{font-family:ui-monospace,monospace;font-size:.95em;background:none;
color:inherit;white-space:pre-wrap}
.SCOPE pre{white-space:pre}
.SCOPE td.call code{color:var(--call)}
.SCOPE .seq,.SCOPE td.number{color:var(--dim);text-align:right}
.SCOPE td.mark{text-align:center;font-weight:bold}
.SCOPE tr.differs td.mark,.SCOPE tr.differs td.call{border-left:4px double var(--differs)}
.SCOPE td.gap:empty,.SCOPE td.wait{background:repeating-linear-gradient(135deg,var(--paper) 0 5px,
var(--hatch) 5px 6px)}
.SCOPE .warning{border-left:4px solid var(--differs);padding-left:.5em;font-weight:bold}
.SCOPE .note{color:var(--dim);margin:.1em 0}
"""


def style(scope: str) -> str:
    """The rules for a fragment of the class `scope`."""
    return _CSS.replace(_SCOPE, scope)
