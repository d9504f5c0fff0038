// The page comes to life: `data` is read, `tabs` are made of it, `store` holds what is shown of them,
// and each pane shows its part of that. What a quiz hides is asked of `seen`.

import { appearance, viewMenu } from "./appearance.js";
import { read } from "./data.js";
import { differencesPane } from "./differences_pane.js";
import { downloadsPane } from "./downloads.js";
import { focusStepper, place } from "./dom.js";
import { eventsPane } from "./events_table.js";
import { filtersBar } from "./filters_bar.js";
import { findingsPane } from "./findings_pane.js";
import { foldedPanes } from "./folds.js";
import { furtherPane } from "./further.js";
import { guidePane } from "./guide_pane.js";
import { Jumps } from "./jumps.js";
import { lanesPane } from "./lanes_pane.js";
import { fragment, linkPane } from "./permalink_pane.js";
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

/**
 * In the order of the page. What takes room beside the panes comes before them: they bring into
 * sight what they show.
 */
const PANES = [
  // the look of all, the tabs, the stepper with its slider and its sentence, a word to who is new
  appearance, tabsBar, stepperPane, guidePane,
  // the tools, from left to right
  searchBar, filtersBar, quizPane, downloadsPane, viewMenu,
  // the address
  linkPane,
  // what folds away, and the links to what is below the window
  foldedPanes, furtherPane,
  // of one server its source, its timeline and its state; of two their comparison
  sourcePane, lanesPane, statePane, pairPane,
  // below the window
  notesPane, findingsPane, differencesPane, eventsPane,
  // on paper
  printing,
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
