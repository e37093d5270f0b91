const listeners = [];

/** Hears an event of the server's stream, its data parsed. */
export function hear(name, listener) {
  listeners.push([name, (event) => listener(JSON.parse(event.data))]);
}

/** Opens the stream, and opens it again after a break. */
export function listen() {
  const events = new EventSource("events");
  for (const [name, listener] of listeners) events.addEventListener(name, listener);
  events.addEventListener("state", () => live(true));
  events.addEventListener("error", () => {
    live(false);
    // The browser comes back by itself after a break, but gives up after an answer that is no stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

/** Asks the server for something. @returns what went wrong, in words, or "" */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok ? "" : (await response.json()).error;
  } catch {
    // A failed fetch has words that differ from browser to browser.
    return "the simulation is not running.";
  }
}

function live(yes) {
  for (const link of document.querySelectorAll(".link")) {
    link.dataset.live = String(yes);
    link.textContent = yes ? "live" : "offline";
  }
}
