// Reads codes: by the browser's own detector where it has one, else by jsQR. No picture leaves the telephone.
(function () {
  "use strict";

  const WIDEST = 800, EVERY = 150;
  let own = null, stream = null, timer = 0;

  function detector() {
    own = own || (window.BarcodeDetector
      ? BarcodeDetector.getSupportedFormats().then(function (known) {
        return known.indexOf("qr_code") < 0 ? null : new BarcodeDetector({ formats: ["qr_code"] });
      }).catch(function () { return null; })
      : Promise.resolve(null));
    return own;
  }

  // What stands in the code of a picture, "" for none; `source` is a video, a picture or a canvas.
  function decode(source) {
    return detector().then(function (found) {
      return found ? found.detect(source).then(function (codes) { return codes.length ? codes[0].rawValue : ""; }).catch(function () { return byHand(source); }) : byHand(source);
    });
  }

  function byHand(source) {
    const width = source.videoWidth || source.naturalWidth || source.width, height = source.videoHeight || source.naturalHeight || source.height;
    if (!width || !height) return "";
    const scale = Math.min(1, WIDEST / Math.max(width, height)), canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    drawn.drawImage(source, 0, 0, canvas.width, canvas.height);
    const pixels = drawn.getImageData(0, 0, canvas.width, canvas.height);
    const code = window.jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: "attemptBoth" });
    return code ? code.data : "";
  }

  function start(video, found) {
    const wanted = { audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } };
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return Promise.reject(new Error("no camera"));
    return navigator.mediaDevices.getUserMedia(wanted).then(function (opened) {
      stream = opened;
      video.srcObject = opened;
      return video.play();
    }).then(function () { look(video, found); });
  }

  function look(video, found) {
    if (!stream) return;
    const again = function () { timer = window.setTimeout(function () { look(video, found); }, EVERY); };
    if (document.hidden || video.readyState < 2) { again(); return; }
    Promise.resolve(decode(video)).then(function (text) { if (text) found(text); }).catch(function () { /* the next picture */ }).then(again);
  }

  function stop(video) {
    window.clearTimeout(timer);
    if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
    stream = null;
    video.srcObject = null;
  }

  window.doorScan = { start: start, stop: stop, decode: decode, isOn: function () { return Boolean(stream); } };
})();
