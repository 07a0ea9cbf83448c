// The two buttons beside the number of people.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-desk-step]");
    if (!button) {
      return;
    }
    const field = button.form.elements.headcount;
    const wished = (Number.parseInt(field.value, 10) || 1) + Number(button.dataset.deskStep);
    field.value = Math.min(Math.max(wished, Number(field.min)), Number(field.max));
  });
})();
