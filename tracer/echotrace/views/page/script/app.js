// The page comes to life: data is read, and each pane is told where it shows what.

import { appearance, viewMenu } from "./appearance.js";
import { read } from "./data.js";
import { differencesPane } from "./differences_pane.js";
import { downloadsPane } from "./downloads.js";
import { focusStepper, place } from "./dom.js";
import { eventsPane } from "./events_table.js";
import { filtersBar } from "./filters_bar.js";
import { findingsPane } from "./findings_pane.js";
import { guidePane } from "./guide_pane.js";
import { Jumps } from "./jump.js";
import { lanesPane } from "./lanes_pane.js";
import { fragment, linkPane } from "./link_pane.js";
import { notesPane } from "./notes_pane.js";
import { pairPane } from "./pair_pane.js";
import { PairTab } from "./pair_tab.js";
import { readLink } from "./permalink.js";
import { printing } from "./printing.js";
import { quizPane } from "./quiz.js";
import { searchBar } from "./search.js";
import { sourcePane } from "./source_pane.js";
import { statePane } from "./state_pane.js";
import { stepperPane } from "./stepper_pane.js";
import { BEGINNING, Store } from "./store.js";
import { SideTab } from "./tabs.js";
import { tabsBar } from "./tabs_bar.js";

/** What takes room beside the panes comes before them: they bring into sight what they show. */
const PANES = [
  appearance, tabsBar, stepperPane, guidePane, searchBar, filtersBar, quizPane, downloadsPane, viewMenu,
  linkPane, sourcePane, lanesPane, statePane, pairPane, notesPane, findingsPane, differencesPane,
  eventsPane, printing,
];

const data = read(document);
const tabs = [
  ...data.sides.map((side) => new SideTab(side)),
  ...data.pairs.map((pair) => new PairTab(pair)),
];
const beginning = { ...BEGINNING, everything: data.everything };
const store = new Store(readLink(fragment(), tabs, beginning).view, beginning);
const jumps = new Jumps(store, tabs);
for (const pane of PANES) pane(store, tabs, jumps);
focusStepper();
if (CSS.supports("color", "light-dark(red, red)")) place("unplayed").remove();
