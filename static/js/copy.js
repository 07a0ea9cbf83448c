// Shows the buttons that copy a field, which need JavaScript, and says whether it worked.
(() => {
  const status = document.querySelector("[data-copy-status]");

  const copy = async (field) => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = status.dataset.done;
    } catch {
      status.textContent = status.dataset.failed; // no secure connection, or refused: it is marked at least
    }
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy)));
  }
})();
