// @ts-check
/**
 * A page is seen before its modules run, on a slow line by seconds. What is pressed until then is
 * done once they have run: without this it would be lost.
 *
 * No module, so that it runs before there is anything to press.
 */
{
  /** @type {Set<Element> | null} what the server sent; a module knows what it makes itself */
  let served = null;
  /** @type {Set<HTMLButtonElement>} in the order of pressing */
  const pressed = new Set();

  /** Forms with method="get" need no module, and links neither.
   * @param {Event} event */
  const hold = (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button || button.form?.method === "get" || served?.has(button) === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.setAttribute("aria-busy", "true");
    pressed.add(button);
  };

  const release = () => {
    document.removeEventListener("click", hold, true);
    for (const button of pressed) {
      button.removeAttribute("aria-busy");
      button.click();
    }
  };

  document.addEventListener("click", hold, true);
  document.addEventListener("DOMContentLoaded", () => {
    served = new Set(document.querySelectorAll("button"));
    /** @type {NodeListOf<HTMLScriptElement>} */
    const scripts = document.querySelectorAll("script[type=module][src]");
    // Each has run once it is imported; one that fails must not keep the others' buttons.
    Promise.allSettled([...scripts].map((script) => import(script.src))).then(release);
  });
}
