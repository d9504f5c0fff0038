// The page comes to life: data is read, and each pane is told where it shows what.

import { read } from "./data.js";
import { lanesPane } from "./lanes_pane.js";
import { sourcePane } from "./source_pane.js";
import { statePane } from "./state_pane.js";
import { stepperPane } from "./stepper_pane.js";
import { BEGINNING, Store } from "./store.js";
import { SideTab } from "./tabs.js";
import { tabsBar } from "./tabs_bar.js";

const PANES = [tabsBar, sourcePane, lanesPane, statePane, stepperPane];

const data = read(document);
const tabs = data.sides.map((side) => new SideTab(side));
const store = new Store({ ...BEGINNING, everything: data.everything });
for (const pane of PANES) pane(store, tabs);
