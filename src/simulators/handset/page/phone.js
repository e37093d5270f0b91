import { composer } from "./composer.js";
import { goRound, keepEnd, make, makeTab, part, showTabs, timeOf } from "./dom.js";
import { hear, post } from "./server.js";

const phone = { lines: [], messages: [], current: undefined, unread: new Map() };
const writing = composer(part.form, "Not sent", (text) => post("messages", { line: phone.current, text }));

const line = () => phone.lines.find(({ id }) => id === phone.current);
const dayOf = (at) => {
  const day = new Date(at);
  const today = day.toDateString() === new Date().toDateString();
  return today ? "Today" : day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
};

hear("state", ({ lines, messages }) => {
  Object.assign(phone, { lines, messages });
  writing.complain("");
  if (lines.length > 0) choose(line()?.id ?? lines[0].id);
});

hear("message", (message) => {
  if (phone.messages.some(({ id }) => id === message.id)) return;
  const before = phone.messages.findLast((other) => other.line === message.line);
  phone.messages.push(message);
  if (message.line !== phone.current) {
    phone.unread.set(message.line, (phone.unread.get(message.line) ?? 0) + 1);
    showLines();
    return;
  }
  keepEnd(part.log, message.direction === "sent", () => append(message, before, true));
  part.empty.hidden = true;
});

goRound(part.lines, { back: "ArrowLeft", on: "ArrowRight" }, (index) => choose(phone.lines[index].id));

function choose(id) {
  phone.current = id;
  phone.unread.delete(id);
  showLine();
}

function showLine() {
  const { label, number, suggestions, takesSms } = line();
  document.title = `${label} – simulated phone`;
  part.label.textContent = label;
  part.number.textContent = `This phone: ${number}`;
  part["empty-text"].textContent = `No messages yet. What ${label} sends to ${number} shows up here.`;
  part.form.hidden = !takesSms;
  writing.suggest(suggestions, "Send");
  showLines();
  part.log.replaceChildren();
  const said = phone.messages.filter((message) => message.line === phone.current);
  said.forEach((message, index) => append(message, said[index - 1], false));
  part.empty.hidden = said.length > 0;
  part.log.scrollTop = part.log.scrollHeight;
}

function showLines() {
  part.lines.hidden = phone.lines.length < 2;
  const tabs = phone.lines.map(({ id, label }) => {
    const tab = makeTab(id === phone.current, "log", () => choose(id));
    tab.textContent = label;
    const count = phone.unread.get(id);
    if (count) {
      tab.append(make("span", "unread", String(count)));
      tab.setAttribute("aria-label", `${label}, ${count} unread`);
    }
    return tab;
  });
  showTabs(part.lines, tabs);
}

function append(message, before, fresh) {
  if (!before || dayOf(before.at) !== dayOf(message.at)) part.log.append(make("div", "day", dayOf(message.at)));
  const item = make("div", `message ${message.direction}`);
  item.classList.toggle("fresh", fresh);
  item.classList.toggle("failed", message.failure !== null);
  item.classList.toggle("follows", before?.direction === message.direction);
  const who = message.direction === "received" ? `${line().label}: ` : "You: ";
  const bubble = make("p", "bubble", message.text);
  bubble.prepend(make("span", "away", who));
  const notes = [timeOf(message.at)];
  if (message.automatic) notes.push("automatic reply");
  if (message.failure !== null) notes.push(`not delivered: ${message.failure}`);
  item.append(bubble, make("p", "meta", notes.join(" · ")));
  part.log.append(item);
}
