"""The style of an HTML fragment: Okabe-Ito, each colour with a shape, a mark or a letter beside it.

`SCOPE` stands for the fragment's class, so that nothing outside of it is touched. Contrasts are
4.5:1 for text and 3:1 for borders (WCAG 2.1, 1.4.3 and 1.4.11), on both backgrounds.
"""

_SCOPE = "SCOPE"
#: Columns of a step to the right in a source, and after how many of them it goes no further.
STEP, DEEPEST = 4, 5
_HANGING = 2  # columns: what is too long goes on so much further right

_CSS = """
.SCOPE{--ink:#000;--paper:#fff;--line:#767676;--dim:#595959;--differs:#D55E00;
--hatch:#c9c9c9;--hair:#dedede;--blank:#0072B2;
color:var(--ink);background:var(--paper);padding:.5em;
color-scheme:light dark;font:14px/1.4 system-ui,sans-serif}
@media screen and (prefers-color-scheme:dark){.SCOPE{--ink:#eee;--paper:#111;--line:#8a8a8a;
--dim:#b0b0b0;--differs:#E69F00;--hatch:#444;--hair:#333;--blank:#56B4E9}}
.SCOPE .wide{overflow-x:auto}
.SCOPE table{border-collapse:collapse;margin:.5em 0;color:inherit}
.SCOPE tr{background:var(--paper)}
.SCOPE caption,.SCOPE .title,.SCOPE .heading{font-weight:bold;text-align:left;margin:.6em 0 .2em}
.SCOPE th,.SCOPE td{border:0;border-bottom:1px solid var(--hair);padding:.15em .5em;text-align:left;
vertical-align:top;background:var(--paper);color:var(--ink)}
.SCOPE thead th{border-bottom:2px solid var(--line)}
.SCOPE tbody th{font-weight:normal;color:var(--dim)}
.SCOPE table.sides{table-layout:fixed;width:100%;overflow-wrap:anywhere}
.SCOPE .sides th:first-child{width:5.5em}
.SCOPE .sides th.mark{width:1.7em;padding:.15em .1em;text-align:center}
.SCOPE .of-3{min-width:42em}
.SCOPE .of-4{min-width:55em}
.SCOPE .of-5{min-width:67em}
.SCOPE .of-6{min-width:80em}
.SCOPE code,.SCOPE pre{font-family:ui-monospace,monospace;font-size:.93em;background:none;
color:inherit;white-space:pre-wrap}
.SCOPE pre{white-space:pre;overflow-x:auto}
.SCOPE .seq,.SCOPE td.number{color:var(--dim);text-align:right}
.SCOPE table:not(.sides) td.short{white-space:nowrap}
.SCOPE td.mark{text-align:center;font-weight:bold;color:var(--dim)}
.SCOPE td.differs{color:var(--ink)}
.SCOPE td.differs+td{border-left:3px solid var(--differs)}
.SCOPE .sides td.gap:empty,.SCOPE td.wait{background:
repeating-linear-gradient(135deg,var(--paper) 0 5px,var(--hatch) 5px 6px)}
.SCOPE .warning{border-left:4px solid var(--differs);padding-left:.5em;font-weight:bold}
.SCOPE .note{color:var(--dim);margin:.1em 0}
.SCOPE figure{margin:1em 0}
.SCOPE figcaption{font-weight:bold}
.SCOPE svg{background:#fff}
.SCOPE dl{display:grid;grid-template-columns:fit-content(12em) 1fr;gap:.25em 1em;margin:.5em 0}
.SCOPE dt{font-weight:bold}
.SCOPE dd{margin:0}
.SCOPE .marker{display:inline-block;min-width:1.3em;border:1px solid var(--ink);border-radius:.8em;
padding:0 .15em;text-align:center;font-size:.8em;font-weight:bold;line-height:1.35;user-select:none}
.SCOPE .blank{color:var(--blank);white-space:nowrap}
.SCOPE b{border-bottom:1px solid;font-style:italic;white-space:normal}
.SCOPE .sources{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));
gap:1em}
.SCOPE .source{min-width:0}
.SCOPE ol.lines{margin:0;padding-left:4.6em;font-size:.86em;line-height:1.5}
.SCOPE ol.lines li::marker{color:var(--dim)}
.SCOPE ol.lines li{position:relative;padding-left:.5em;border-left:2px solid transparent}
.SCOPE ol.lines li.note{list-style:none;font-style:italic}
.SCOPE ol.in-region li{border-left-color:var(--line)}
.SCOPE ol.lines .left-out{list-style:none;color:var(--dim);font-style:italic}
.SCOPE .lines code{display:block;overflow-wrap:anywhere}
.SCOPE .lines .marker{position:absolute;right:calc(100% + 2.4em);font-size:.94em}
.SCOPE .region{margin:.3em 0 0 4.6em;font-style:italic}
.SCOPE .box,.SCOPE .question{margin:1em 0;padding:.2em .8em .6em;border:1px solid var(--line)}
.SCOPE .box{border-width:2px;border-radius:4px}
.SCOPE .kind{font-weight:normal;font-style:italic}
.SCOPE .choices{list-style:upper-alpha}
.SCOPE .room div{height:8mm;border-bottom:1px solid var(--line)}
.SCOPE .answer{margin:.6em 0 0;padding:.4em .8em;border:1px solid var(--blank);
border-left-width:5px}
.SCOPE .answer dt{color:var(--blank)}
"""


def style(scope: str) -> str:
    """The rules for a fragment of the class `scope`."""
    return (_CSS + "".join(map(_step, range(DEEPEST + 1)))).replace(_SCOPE, scope)


def _step(step: int) -> str:
    """A line of a source that goes on further right than it begins."""
    further = step * STEP + _HANGING
    return f".SCOPE .lines .step-{step}{{padding-left:{further}ch;text-indent:-{further}ch}}\n"
