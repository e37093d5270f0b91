import type { Reply } from "./raw-server";

/** Keeps the answer back until it is let go. */
export function held(reply: Reply): { readonly reply: Reply; readonly letGo: () => void } {
  const waiting: (() => void)[] = [];
  return {
    reply: (wire, request) => {
      waiting.push(() => {
        reply(wire, request);
      });
    },
    letGo: () => {
      for (const go of waiting.splice(0)) go();
    },
  };
}
