import { setMaxListeners } from "node:events";

/** Ends whatever is in work at once, however much that is: Node.js warns of more than ten unless it is told. */
export function newPlug(): AbortController {
  const plug = new AbortController();
  setMaxListeners(0, plug.signal);
  return plug;
}
