// The chat page with scripts: lines come by themselves, nothing typed is lost, photos show how far they are.
// Without this file the same page works by its forms.
(function () {
  "use strict";
  var composer = document.getElementById("composer");
  var log = document.getElementById("log");
  var text = document.getElementById("text");
  var photo = document.getElementById("photo");
  var picked = document.getElementById("picked");
  var progress = document.getElementById("progress");
  var state = document.getElementById("state");
  var words = composer.dataset;
  var MAX_PHOTOS = 10, MAX_BYTES = 15 * 1024 * 1024, LONGEST_RECORDING_MS = 180000;
  var next = Number(log.dataset.next);
  var files = [];
  var queue = [];
  var busy = false, failures = 0, retryTimer = null;

  document.body.classList.add("scripted");

  // What must outlive a closed tab. Private windows may refuse to keep anything; then the tab is all there is.
  function keep(name, value) {
    try { if (value) { localStorage.setItem(name, value); } else { localStorage.removeItem(name); } } catch (refused) { return; }
  }
  function kept(name) {
    try { return localStorage.getItem(name) || ""; } catch (refused) { return ""; }
  }

  function newId() {
    if (window.crypto.randomUUID) { return window.crypto.randomUUID(); }
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function make(tag, className, content) {
    var element = document.createElement(tag);
    if (className) { element.className = className; }
    if (content) { element.textContent = content; }
    return element;
  }

  function say(sentence) { state.textContent = sentence; }

  function toEnd() { window.scrollTo(0, document.documentElement.scrollHeight); }

  // Lines

  function bubble(mine, content, links) {
    var line = make("div", mine ? "line me" : "line bot");
    line.appendChild(make("span", "who", mine ? words.me : words.bot));
    if (content) { line.appendChild(mine ? make("p", "", content) : withLinks(content, links || [])); }
    return line;
  }

  // Only the addresses that came with the line become links: one that somebody told stays a text, and so does a longer one.
  function withLinks(content, links) {
    var paragraph = make("p");
    var ours = links.map(function (address) { return address.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"); }).join("|");
    var pieces = ours ? content.split(new RegExp("(" + ours + ")(?![\\w/?=&%#~-]|[.:@]\\w)")) : [content];
    pieces.forEach(function (piece, number) {
      var link = number % 2 ? make("a", "", piece) : document.createTextNode(piece);
      if (number % 2) {
        link.href = piece;
        link.target = "_blank";
        link.rel = "noopener";
      }
      paragraph.appendChild(link);
    });
    return paragraph;
  }

  function picture(url, line) {
    var image = make("img");
    var tries = 0;
    image.alt = words.photo;
    image.onload = toEnd;
    // Our copy of a photo just sent is made in the background: it comes a little later, or never if it was refused.
    image.onerror = function () {
      image.hidden = true;
      if (!line.querySelector(".note")) { line.appendChild(make("p", "note", words.photoSent)); }
      if (tries < 5) {
        tries += 1;
        setTimeout(function () { image.src = url + "?again=" + tries; }, 1500 * Math.pow(2, tries));
      }
    };
    image.addEventListener("load", function () {
      var note = line.querySelector(".note");
      image.hidden = false;
      if (note) { note.remove(); }
    });
    image.src = url;
    line.appendChild(image);
  }

  function asText(form) {
    var list = make("ol", "was");
    form.querySelectorAll("button").forEach(function (button) { list.appendChild(make("li", "", button.textContent)); });
    form.replaceWith(list);
  }

  function closeQuestions() { log.querySelectorAll("form.options").forEach(asText); }

  function show(message) {
    var mine = message.from === "me";
    var waiting = mine && message.id && document.getElementById("sent-" + message.id);
    if (message.seq <= next) { return; }
    next = message.seq;
    if (mine || message.options.length) { closeQuestions(); }
    var line = bubble(mine, message.text, message.links);
    line.dataset.seq = message.seq;
    message.photos.forEach(function (url) { picture(url, line); });
    message.files.forEach(function (file) {
      var link = make("a", "file", file.name);
      link.href = file.url;
      line.appendChild(link);
    });
    if (message.options.length) {
      var form = make("form", "options");
      message.options.forEach(function (option) {
        var button = make("button", "", option.label);
        button.name = "choice";
        button.value = option.id;
        form.appendChild(button);
      });
      line.appendChild(form);
    }
    if (waiting) { waiting.replaceWith(line); } else { log.appendChild(line); }
    toEnd();
  }

  function listen() {
    var began = Date.now();
    fetch("/chat/messages?after=" + next + "&wait=25", { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.json();
      })
      .then(function (lines) {
        lines.messages.forEach(show);
        next = Math.max(next, lines.next);
        if (state.textContent === words.offline) { say(""); }
        // Whoever has no chat yet is answered at once: do not ask in a circle.
        setTimeout(listen, lines.messages.length || Date.now() - began > 2000 ? 0 : 2000);
      })
      .catch(function () {
        if (!state.textContent) { say(words.offline); }
        setTimeout(listen, 4000);
      });
  }

  // Sending: one after the other, in order, each with an id of its own, so that a repeat is no second message.

  function remember() {
    var waiting = queue.filter(function (entry) { return !entry.files.length; });
    keep("viectot.waiting", waiting.length ? JSON.stringify(waiting.map(function (entry) {
      return { id: entry.id, text: entry.text, choice: entry.choice, label: entry.label };
    })) : "");
  }

  function enqueue(entry) {
    entry.files = entry.files || [];
    var line = bubble(true, entry.text || entry.label || (entry.files.length ? "" : words.voice));
    line.id = "sent-" + entry.id;
    line.classList.add("pending");
    line.appendChild(make("p", "note", words.sending));
    log.appendChild(line);
    queue.push(entry);
    remember();
    toEnd();
    sendNext();
  }

  function note(entry, sentence, again) {
    var line = document.getElementById("sent-" + entry.id);
    if (!line) { return; }
    line.querySelectorAll(".note, .again").forEach(function (old) { old.remove(); });
    if (sentence) { line.appendChild(make("p", "note", sentence)); }
    if (again) {
      var button = make("button", "again", words.again);
      button.type = "button";
      button.onclick = sendNext;
      line.appendChild(button);
    }
    if (entry === queue[queue.length - 1]) { toEnd(); }
  }

  function sendNext() {
    if (busy || !queue.length) { return; }
    clearTimeout(retryTimer);
    busy = true;
    var entry = queue[0];
    var body = new FormData();
    body.append("id", entry.id);
    if (entry.text) { body.append("text", entry.text); }
    if (entry.choice) { body.append("choice", entry.choice); }
    if (composer.elements.via) { body.append("via", composer.elements.via.value); }  // whose poster led here
    entry.files.forEach(function (file) { body.append(entry.field || "photo", file, file.name || "recording"); });
    var request = new XMLHttpRequest();
    request.open("POST", "/chat/messages");
    request.setRequestHeader("Accept", "application/json");
    request.timeout = entry.files.length ? 600000 : 30000;
    if (entry.files.length) {
      progress.hidden = false;
      progress.value = 0;
      request.upload.onprogress = function (told) { if (told.lengthComputable) { progress.value = 100 * told.loaded / told.total; } };
    }
    note(entry, words.sending);
    request.onload = function () { answered(entry, request); };
    request.onerror = request.ontimeout = function () { failed(entry); };
    request.send(body);
  }

  function done() {
    busy = false;
    progress.hidden = true;
  }

  function answered(entry, request) {
    var status = request.status;
    if (status === 429 || status >= 500) { failed(entry, sentenceOf(request)); return; }
    done();
    failures = 0;
    queue.shift();
    remember();
    if (status >= 200 && status < 300) {
      note(entry, "");
      say("");
      var line = document.getElementById("sent-" + entry.id);
      if (line) { line.classList.remove("pending"); }
    } else {
      say(sentenceOf(request));
      giveBack(entry);
    }
    sendNext();
  }

  // Refused for good: what was typed goes back to where it can be changed.
  function giveBack(entry) {
    var line = document.getElementById("sent-" + entry.id);
    if (line) { line.remove(); }
    if (entry.text && !text.value) { text.value = entry.text; draft(); }
    toEnd();
  }

  function failed(entry, sentence) {
    done();
    failures += 1;
    note(entry, sentence || words.waiting, true);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(sendNext, Math.min(30000, 1000 * Math.pow(2, failures)));
  }

  function sentenceOf(request) {
    try { return JSON.parse(request.responseText).error || words.waiting; } catch (unreadable) { return words.waiting; }
  }

  // The composer

  function draft() {
    keep("viectot.draft", text.value);
    text.style.height = "auto";
    text.style.height = Math.min(text.scrollHeight + 2, 150) + "px";
  }

  function clear() {
    text.value = "";
    files = [];
    draft();
    showPicked();
  }

  function showPicked() {
    picked.textContent = "";
    picked.hidden = !files.length;
    files.forEach(function (file, index) {
      var item = make("li");
      var canvas = make("canvas");
      var remove = make("button");
      canvas.width = canvas.height = 144;
      remove.type = "button";
      remove.setAttribute("aria-label", words.remove + ": " + file.name);
      remove.onclick = function () { files.splice(index, 1); showPicked(); text.focus(); };
      item.appendChild(canvas);
      item.appendChild(remove);
      picked.appendChild(item);
      // Drawn, not linked: the page's policy allows pictures from our own address only.
      if (window.createImageBitmap) {
        createImageBitmap(file).then(function (image) {
          var side = Math.min(image.width, image.height);
          canvas.getContext("2d").drawImage(
            image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, 144, 144);
          image.close();
        }).catch(function () { return; });
      }
    });
  }

  photo.addEventListener("change", function () {
    say("");
    Array.prototype.forEach.call(photo.files, function (file) {
      if (file.size > MAX_BYTES) { say(words.tooLarge); return; }
      if (files.length >= MAX_PHOTOS) { say(words.tooMany); return; }
      files.push(file);
    });
    photo.value = "";
    showPicked();
  });

  composer.addEventListener("submit", function (event) {
    event.preventDefault();
    var typed = text.value.trim();
    if (!typed && !files.length) { text.focus(); return; }
    say("");
    enqueue({ id: newId(), text: typed, files: files });
    clear();
    text.focus();
  });

  text.addEventListener("input", draft);
  text.addEventListener("keydown", function (event) {
    // On a telephone Enter makes a line; with a real keyboard it sends.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && window.matchMedia("(pointer: fine)").matches) {
      event.preventDefault();
      composer.requestSubmit();
    }
  });

  log.addEventListener("click", function (event) {
    var button = event.target.closest("form.options button");
    if (!button) { return; }
    event.preventDefault();
    var entry = { id: newId(), choice: button.value, label: button.textContent };
    closeQuestions();
    enqueue(entry);
  });

  window.addEventListener("online", sendNext);

  // The voice

  var record = document.getElementById("record");
  var recorder = null;
  if (window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    record.hidden = false;
    record.addEventListener("click", function () {
      if (recorder) { recorder.stop(); return; }
      navigator.mediaDevices.getUserMedia({ audio: true }).then(startRecording).catch(function () { say(words.noMicrophone); });
    });
  }

  function startRecording(stream) {
    var pieces = [];
    var label = record.querySelector("span");
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = function (event) { pieces.push(event.data); };
    recorder.onstop = function () {
      var kind = recorder.mimeType.split(";")[0];
      stream.getTracks().forEach(function (track) { track.stop(); });
      recorder = null;
      record.classList.remove("on");
      label.textContent = words.record;
      var file = new Blob(pieces, { type: kind });
      if (file.size) { enqueue({ id: newId(), text: "", label: words.voice, files: [file], field: "file" }); }
    };
    recorder.start();
    record.classList.add("on");
    label.textContent = words.stop;
    setTimeout(function () { if (recorder) { recorder.stop(); } }, LONGEST_RECORDING_MS);
  }

  // What a closed tab left behind

  if (!text.value) { text.value = kept("viectot.draft"); }
  draft();
  var left = [];
  try { left = JSON.parse(kept("viectot.waiting") || "[]"); } catch (damaged) { left = []; }
  left.forEach(enqueue);
  toEnd();
  listen();
})();
