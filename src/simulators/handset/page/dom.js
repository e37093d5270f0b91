/** The elements that have an id, by it. */
export const part = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export const timeOf = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** Tabs in a list of their own: the arrow keys go round. @param choose takes the index of a tab */
export function goRound(list, { back, on }, choose) {
  list.addEventListener("keydown", (event) => {
    const step = { [back]: -1, [on]: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const tabs = [...list.children];
    const at = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    choose((at + step + tabs.length) % tabs.length);
  });
}

/** Replaces the tabs of a list; one that had the focus keeps it. */
export function showTabs(list, tabs) {
  const focused = list.contains(document.activeElement);
  list.replaceChildren(...tabs);
  if (focused) tabs.find((tab) => tab.getAttribute("aria-selected") === "true")?.focus();
}

/** A tab of such a list. */
export function makeTab(chosen, controls, choose) {
  const tab = make("button", "");
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-selected", String(chosen));
  tab.setAttribute("aria-controls", controls);
  tab.tabIndex = chosen ? 0 : -1;
  tab.addEventListener("click", choose);
  return tab;
}

/** Does something that may add to a log, and keeps its end in view where it was in view before. */
export function keepEnd(log, isOwn, change) {
  const { scrollHeight, scrollTop, clientHeight } = log;
  const atEnd = scrollHeight - scrollTop - clientHeight < 120;
  change();
  if (atEnd || isOwn) log.scrollTop = log.scrollHeight;
}
