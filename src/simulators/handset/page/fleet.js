import { composer } from "./composer.js";
import { goRound, keepEnd, make, makeTab, part, showTabs } from "./dom.js";
import { hear, post } from "./server.js";

/** Commands to and from trackers by their SID, oldest first. */
const fleet = { trackers: [], commands: new Map(), current: undefined };
const KEPT = 500;
const reporting = composer(part.report, "Not reported", (text) => post("reports", { sim: fleet.current, text }));

const tracker = () => fleet.trackers.find(({ sim }) => sim === fleet.current);
const commandsOf = (sim) => [...fleet.commands.values()].filter((command) => command.sim === sim);

hear("state", (state) => {
  part.fleet.hidden = state.fleet === null;
  document.body.classList.toggle("has-fleet", state.fleet !== null);
  if (state.fleet === null) return;
  const { label, trackers, commands, suggestions } = state.fleet;
  fleet.trackers = trackers;
  fleet.commands = new Map(commands.map((command) => [command.sid, command]));
  part["fleet-label"].textContent = label;
  reporting.complain("");
  reporting.suggest(suggestions, "Report");
  const chosen = tracker() ?? trackers[0];
  if (chosen !== undefined) choose(chosen.sim);
});

hear("command", (command) => {
  const isNew = !fleet.commands.has(command.sid);
  fleet.commands.set(command.sid, command);
  if (fleet.commands.size > KEPT) fleet.commands.delete(fleet.commands.keys().next().value);
  showTrackers();
  if (command.sim !== fleet.current) return;
  keepEnd(part.commands, isNew && command.direction === "from_sim", () => show(command));
  part.quiet.hidden = true;
});

hear("tracker", ({ sim, asleep }) => {
  const changed = fleet.trackers.find((each) => each.sim === sim);
  if (changed === undefined) return;
  changed.asleep = asleep;
  showTrackers();
  showSleep();
});

goRound(part.trackers, { back: "ArrowUp", on: "ArrowDown" }, (index) => choose(fleet.trackers[index].sim));

part.sleep.addEventListener("click", async () => {
  const { sim, asleep } = tracker();
  reporting.complain(await post("sleep", { sim, asleep: !asleep }));
});

for (const button of document.querySelectorAll(".places button")) {
  button.addEventListener("click", () => {
    document.body.dataset.place = button.dataset.place;
    for (const each of document.querySelectorAll(".places button")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    for (const log of [part.log, part.commands]) log.scrollTop = log.scrollHeight;
  });
}

function choose(sim) {
  fleet.current = sim;
  const { name, iccid } = tracker();
  part["tracker-name"].textContent = name;
  part["tracker-sim"].replaceChildren(make("span", "", `SIM ${sim}`), make("span", "", `ICCID ${iccid}`));
  part.tracker.setAttribute("aria-label", name);
  showTrackers();
  showSleep();
  part.commands.replaceChildren();
  const commands = commandsOf(sim);
  commands.forEach(show);
  part.quiet.hidden = commands.length > 0;
  part.commands.scrollTop = part.commands.scrollHeight;
}

function showTrackers() {
  const asleep = fleet.trackers.filter((each) => each.asleep).length;
  const count = `${fleet.trackers.length} trackers`;
  part["fleet-count"].textContent = asleep === 0 ? `${count}, all awake` : `${count}, ${asleep} asleep`;
  showTabs(part.trackers, fleet.trackers.map(tabOf));
}

/** One tracker in the list: its name, its SIM's last digits, and the last that was heard of it. */
function tabOf({ sim, name, asleep }) {
  const tab = makeTab(sim === fleet.current, "tracker", () => choose(sim));
  const last = commandsOf(sim).at(-1);
  const who = make("span", "tracker-who");
  who.append(make("span", `awake-dot${asleep ? " asleep" : ""}`), make("span", "tracker-label", name));
  who.append(make("span", "sim", asleep ? "asleep" : `SIM …${sim.slice(-4)}`));
  tab.append(who);
  if (last !== undefined) {
    const heard = make("span", "tracker-last");
    heard.append(make("span", "text", last.text), stateOf(last));
    tab.append(heard);
  }
  return tab;
}

function showSleep() {
  part.sleep.setAttribute("aria-checked", String(tracker()?.asleep ?? false));
}

/** A command or a report of the chosen tracker; one that is shown already shows its new state in its place. */
function show(command) {
  const { sid, at, text, direction } = command;
  const clock = new Date(at).toLocaleTimeString([], { hourCycle: "h23" });
  const row = make("div", `command ${direction}`);
  row.dataset.sid = sid;
  const what = make("span", "what", direction === "to_sim" ? "command" : "report");
  row.append(make("span", "at", clock), what, make("span", "text", text), stateOf(command));
  const before = [...part.commands.children].find((each) => each.dataset.sid === sid);
  if (before === undefined) part.commands.append(row);
  else before.replaceWith(row);
}

function stateOf({ status }) {
  return make("span", `state ${status}`, status);
}
