import { make } from "./dom.js";

/**
 * A form with a field to write in and texts for one tap.
 * @param send takes a text to where it belongs; returns what went wrong, or ""
 * @param failed what a failure is called, e.g. "Not sent"
 */
export function composer(form, failed, send) {
  const [text, button, suggestions, trouble] = ["textarea", ".send", ".suggestions", ".trouble"].map((selector) =>
    form.querySelector(selector),
  );

  function complain(reason) {
    trouble.textContent = reason === "" ? "" : `${failed}: ${reason}`;
    trouble.hidden = reason === "";
  }

  async function take(words) {
    complain("");
    const reason = await send(words);
    complain(reason);
    return reason === "";
  }

  function fit() {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
    button.disabled = text.value.trim() === "";
  }

  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = text.value;
    if (words.trim() === "") return;
    text.value = "";
    fit();
    text.focus();
    if (await take(words)) return;
    text.value = text.value === "" ? words : text.value;
    fit();
  });

  return {
    complain,
    /** Offers texts for one tap. */
    suggest(texts, verb) {
      suggestions.hidden = texts.length === 0;
      suggestions.replaceChildren(
        ...texts.map((words) => {
          const suggestion = make("button", "", words);
          suggestion.type = "button";
          suggestion.setAttribute("aria-label", `${verb} ${words}`);
          suggestion.addEventListener("click", () => take(words));
          return suggestion;
        }),
      );
    },
  };
}
