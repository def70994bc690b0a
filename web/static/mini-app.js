// Inside Telegram: says who opened the page, and closes it again (Telegram, "Web events").
(function () {
  "use strict";

  const TELEGRAM = "https://web.telegram.org";

  // Whether there is somebody to tell: nobody is in a plain browser, as the sandbox opens it.
  function tell(event) {
    const said = JSON.stringify({ eventType: event, eventData: {} });
    if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(event, "{}");
    else if (window.external && "notify" in window.external) window.external.notify(said);
    else if (window.parent !== window) window.parent.postMessage(said, TELEGRAM);
    else return false;
    return true;
  }

  function enter(form) {
    const said = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
    if (!said) return;
    form.elements.init_data.value = said;
    form.submit();
  }

  document.addEventListener("DOMContentLoaded", function () {
    const form = document.querySelector("[data-enter]");
    if (form) enter(form);
    else tell("web_app_ready");
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-close-app]") && !tell("web_app_close")) window.close();
  });
})();
