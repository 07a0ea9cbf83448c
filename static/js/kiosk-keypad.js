// The keys on the screen write into the field; a keyboard or a scanner writes there as well.
(() => {
  "use strict";

  for (const keypad of document.querySelectorAll("[data-keypad]")) {
    const field = document.getElementById(keypad.dataset.keypad);

    keypad.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (key === undefined) return;
      field.value = key ? field.value + key : field.value.slice(0, -1);
    });
    keypad.hidden = false;
  }
})();
