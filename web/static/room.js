// A room live. The page works without this; with it, lines come and go over IRC (WebSocket at /irc, SASL EXTERNAL by the
// session of this browser). Whatever comes is put in as text, never as HTML.
"use strict";
(() => {
  const room = document.querySelector("[data-channel]");
  const log = document.getElementById("lines");
  const form = document.getElementById("say");
  const state = document.getElementById("state");
  if (!room || !form || !window.WebSocket) return;
  const channel = room.dataset.channel, nick = room.dataset.nick, box = form.elements.status;
  const CAPS = "sasl server-time message-tags echo-message batch draft/chathistory draft/message-redaction draft/multiline no-implicit-names";
  const LINE = 400, LONGEST_WAIT = 60000, KEPT = 500;
  let socket = null, ready = false, wait = 1000, last = newest(), batches = {};

  function newest() {
    const ids = [...log.children].map((line) => line.dataset.id).filter(Boolean);
    return ids.length ? ids[ids.length - 1] : "";
  }

  // -- IRC --

  function parse(text) {
    const found = { tags: {}, source: "", command: "", params: [] };
    if (text.startsWith("@")) {
      const end = text.indexOf(" ");
      for (const part of text.slice(1, end).split(";")) {
        const [name, ...value] = part.split("=");
        found.tags[name] = value.join("=").replace(/\\(.?)/g, (_, c) => ({ ":": ";", s: " ", r: "\r", n: "\n" })[c] ?? c);
      }
      text = text.slice(end + 1);
    }
    const trailing = text.indexOf(" :", text.startsWith(":") ? 1 : 0);
    const words = (trailing < 0 ? text : text.slice(0, trailing)).split(" ").filter(Boolean);
    if (words[0]?.startsWith(":")) found.source = words.shift().slice(1);
    found.command = words.shift() ?? "";
    found.params = trailing < 0 ? words : [...words, text.slice(trailing + 2)];
    return found;
  }

  const send = (line) => socket.send(line);
  const who = (message) => message.source.split("!")[0];
  const ours = (name) => name?.toLowerCase() === channel.toLowerCase();

  const on = {
    PING: (m) => send("PONG :" + (m.params[0] ?? "")),
    AUTHENTICATE: () => send("AUTHENTICATE +"),
    CAP: (m) => {
      if (m.params[1] === "ACK") send("AUTHENTICATE EXTERNAL");
      if (m.params[1] === "NAK") socket.close();
    },
    903: () => { send("NICK " + nick); send("USER " + nick + " 0 * :" + nick); send("CAP END"); },
    904: () => { say("You are logged out: load the page again."); wait = Infinity; socket.close(); },
    376: () => entered(), 422: () => entered(),
    BATCH: (m) => {
      const name = m.params[0].slice(1);
      if (m.params[0][0] === "+") { batches[name] = { type: m.params[1], tags: m.tags, source: m.source, parts: [] }; return; }
      const batch = batches[name];
      delete batches[name];
      if (batch?.type === "draft/multiline" && batch.parts.length) {
        const text = batch.parts.map((p, i) => (i && !("draft/multiline-concat" in p.tags) ? "\n" : "") + p.params[1]).join("");
        show({ ...batch.parts[0], tags: { ...batch.parts[0].tags, ...batch.tags } }, text);
      }
    },
    PRIVMSG: (m) => {
      if (!ours(m.params[0])) return;
      const batch = batches[m.tags.batch];
      if (batch?.type === "draft/multiline") batch.parts.push(m);
      else show(m, m.params[1]);
    },
    TAGMSG: (m) => { if (ours(m.params[0]) && m.tags["+draft/react"]) react(m.tags["+draft/reply"], m.tags["+draft/react"]); },
    REDACT: (m) => { if (ours(m.params[0])) line(m.params[1])?.remove(); },
    TOPIC: (m) => { if (ours(m.params[0])) { document.getElementById("topic").textContent = m.params[1]; tell(who(m) + " set the topic"); } },
    JOIN: (m) => { if (ours(m.params[0])) member(who(m), true); },
    PART: (m) => { if (ours(m.params[0])) member(who(m), false); },
    KICK: (m) => {
      if (!ours(m.params[0])) return;
      member(m.params[1], false);
      if (m.params[1] === nick) { say("You were put out of the room: " + (m.params[2] ?? "")); wait = Infinity; socket.close(); }
      else tell(m.params[1] + " was put out by " + who(m));
    },
    FAIL: (m) => say(m.params[m.params.length - 1]),
    404: (m) => say(m.params[m.params.length - 1]),
  };

  function entered() {
    ready = true;
    wait = 1000;
    say("");
    room.classList.add("live");
    send("CHATHISTORY " + (last ? "AFTER " + channel + " msgid=" + last : "LATEST " + channel + " *") + " 100");
    down();
  }

  function open() {
    socket = new WebSocket(location.href.replace(/^http/, "ws").replace(/^(wss?:\/\/[^/]+).*/, "$1/irc"), ["text.ircv3.net"]);
    batches = {};
    socket.onopen = () => { send("CAP LS 302"); send("CAP REQ :" + CAPS); };
    socket.onmessage = (event) => { const m = parse(event.data); on[m.command]?.(m); };
    socket.onclose = () => {
      ready = false;
      room.classList.remove("live");
      if (wait > LONGEST_WAIT) return;
      say("Not connected; trying again …");
      setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  // -- the page --

  const line = (id) => (id ? log.querySelector('[data-id="' + CSS.escape(id) + '"]') : null);
  const make = (tag, name, text) => { const e = document.createElement(tag); if (name) e.className = name; if (text) e.textContent = text; return e; };
  const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function linked(text) {
    const out = document.createDocumentFragment();
    text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/).forEach((part, odd) => {
      if (odd % 2 === 0) { out.append(part); return; }
      const a = make("a", "", part);
      a.href = part;
      a.rel = "nofollow noopener ugc";
      out.append(a);
    });
    return out;
  }

  function show(m, text) {
    const id = m.tags.msgid ?? "", action = /^\x01ACTION /.test(text);
    if (line(id)) return;
    if (action) text = text.replace(/^\x01ACTION /, "").replace(/\x01$/, "");
    const low = atEnd(), item = make("li", action ? "action" : ""), at = make("a", "at"), moment = make("time"), said = make("div", "said");
    const when = new Date(m.tags.time ?? Date.now());
    const acct = who(m).replace("/", "@");
    moment.dateTime = when.toISOString();
    moment.textContent = clock(when);
    at.append(moment);
    const by = make("a", "nick", acct);
    by.href = "/@" + encodeURIComponent(acct).replace("%40", "@");
    const body = make("div", "text");
    body.dir = "auto";
    body.append(linked(text));
    said.append(body);
    if (id) {
      item.dataset.id = id;
      item.id = "note-" + id;
      at.href = by.href + "/" + id;
      last = id;
    } else if (log.lastElementChild?.querySelector(".nick")?.textContent === acct) {
      log.lastElementChild.querySelector(".said").append(body); // a further line of the same note
      if (low) down();
      return;
    }
    item.append(at, by, said);
    log.append(item);
    document.getElementById("nothing")?.remove();
    while (log.children.length > KEPT) log.firstElementChild.remove();
    if (low) down();
  }

  function react(id, emoji) {
    const said = line(id)?.querySelector(".said");
    if (!said) return;
    let list = said.querySelector(".reactions");
    if (!list) { list = make("ul", "reactions"); list.setAttribute("aria-label", "Reactions"); said.append(list); }
    const same = [...list.children].find((each) => each.textContent.startsWith(emoji));
    if (same) same.textContent = emoji + " " + ((parseInt(same.textContent.slice(emoji.length), 10) || 0) + 1);
    else list.append(make("li", "", emoji + " 1"));
  }

  function tell(text) { const low = atEnd(); log.append(make("li", "event", text)); if (low) down(); }
  function say(text) { state.textContent = text; }
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const down = () => { log.scrollTop = log.scrollHeight; };

  function member(name, here) {
    const list = document.getElementById("members"), acct = name.replace("/", "@");
    const known = [...(list?.children ?? [])].find((each) => each.dataset.name === acct);
    if (!here) known?.remove();
    else if (list && !known) {
      const item = make("li"), a = make("a", "", acct);
      a.href = "/@" + acct;
      item.dataset.name = acct;
      item.append(a);
      list.append(item);
    }
  }

  form.addEventListener("submit", (event) => {
    const text = box.value.trim(), long = new TextEncoder().encode(text).length > LINE || text.includes("\n");
    if (!ready || long || form.elements.file.files.length) return; // the form itself takes those
    event.preventDefault();
    if (!text) return;
    if (text.startsWith("/") && !text.startsWith("/me ")) { say("Of IRC's commands only /me is known here."); return; }
    send("PRIVMSG " + channel + " :" + (text.startsWith("/me ") ? "\x01ACTION " + text.slice(4) + "\x01" : text));
    box.value = "";
    say("");
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  log.setAttribute("role", "log");
  for (const moment of log.querySelectorAll("time")) {
    const at = new Date(moment.dateTime);
    if (at.toDateString() === new Date().toDateString()) moment.textContent = clock(at);
  }
  open();
})();
