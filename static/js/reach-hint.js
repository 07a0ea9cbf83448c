// The hint to leave an address first goes once somebody has found the fields.
(() => {
  const hint = document.querySelector(".book-bar__more");
  const fields = document.getElementById("reach");
  if (!hint || !fields) return;

  const hide = () => {
    hint.hidden = true;
  };

  hint.addEventListener("click", hide);
  fields.addEventListener("input", hide);
  // A form that came back, or a page from the browser's memory, keeps what was typed.
  addEventListener("pageshow", () => {
    const texts = [...fields.querySelectorAll("input:not([type=radio])")];
    if (texts.some((field) => field.value)) hide();
  });
})();
