// phoenix, with which Pleroma-FE speaks to the shoutbox, and irc-framework in the same room: the lobby. PORT and PASSWORD come by the environment.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Socket } from "phoenix";
import WebSocket from "ws";

globalThis.WebSocket = WebSocket; // both are for browsers
const require = createRequire(import.meta.url);
const IRC = require("irc-framework");
const Transport = require("irc-framework/src/transports/websocket.js");
const { PORT, PASSWORD } = process.env;
const base = `http://127.0.0.1:${PORT}`;

const late = (what) => (_, reject) => setTimeout(() => reject(new Error(`no ${what}`)), 20_000).unref();
const within = (what, promise) => Promise.race([promise, new Promise(late(what))]);
const ask = async (path, options) => (await fetch(base + path, options)).json();
const form = (fields) => ({ method: "POST", body: new URLSearchParams(fields) });

// As Pleroma-FE logs in and what it looks for before it offers the shoutbox.
const scope = "read write follow push admin";
const app = await ask("/api/v1/apps", form({ client_name: "PleromaFE", redirect_uris: `${base}/oauth-callback`, scopes: scope }));
const grant = await ask("/oauth/token", form({ grant_type: "password", client_id: app.client_id, client_secret: app.client_secret, username: "alice", password: PASSWORD, scope }));
const headers = { Authorization: `Bearer ${grant.access_token}` };
const me = await ask("/api/v1/accounts/verify_credentials", { headers });
const nodeinfo = await ask("/nodeinfo/2.1.json");
assert.ok(nodeinfo.metadata.features.includes("chat"));

const bob = new IRC.Client();
const registered = new Promise((resolve) => bob.on("registered", resolve));
bob.connect({ transport: Transport, host: "127.0.0.1", port: Number(PORT), path: "/irc", nick: "bob", username: "bob", gecos: "bob",
  account: { account: "bob", password: PASSWORD }, auto_reconnect: false });
await within("log-in", registered);
const inside = new Promise((resolve) => bob.on("userlist", (list) => list.channel === "#lobby" && resolve()));
bob.join("#lobby");
await within("lobby", inside);
bob.say("#lobby", "is anybody there?");

const socket = new Socket(`ws://127.0.0.1:${PORT}/socket`, { params: { token: me.pleroma.chat_token } });
socket.connect();
const channel = socket.channel("chat:public");
const box = { messages: [], waiting: () => {} };
const shows = (test) => within("lines", new Promise((resolve) => {
  box.waiting = () => test(box.messages.map((one) => `${one.author.username}: ${one.text}`)) && resolve();
  box.waiting();
}));
channel.on("new_msg", (message) => { box.messages.push(message); box.waiting(); });
channel.on("messages", ({ messages }) => { box.messages = messages; box.waiting(); });
await within("join", new Promise((resolve, reject) => channel.join().receive("ok", resolve).receive("error", reject)));
await shows((lines) => lines.at(-1) === "bob: is anybody there?");

const heard = new Promise((resolve) => bob.on("message", (said) => said.nick === "alice" && resolve(said)));
channel.push("new_msg", { text: "yes, <here> 🐙" }, 10000);
assert.deepEqual([(await within("line", heard)).target, (await heard).message], ["#lobby", "yes, <here> 🐙"]);
await shows((lines) => lines.at(-1) === "alice: yes, <here> 🐙");
bob.say("#lobby", "good");
await shows((lines) => lines.at(-1) === "bob: good");

const page = await (await fetch(`${base}/rooms/lobby`, { headers: { Accept: "text/html" } })).text();
assert.match(page, /yes, &lt;here&gt; 🐙/);

assert.equal((await fetch(`${base}/api/v1/statuses/${box.messages.at(-2).id}`, { method: "DELETE", headers })).status, 200);
await shows((lines) => lines.join("\n") === "bob: is anybody there?\nbob: good");

const wrong = new WebSocket(`ws://127.0.0.1:${PORT}/socket/websocket?token=x&vsn=2.0.0`);
assert.match(String(await within("refusal", new Promise((resolve) => wrong.on("error", resolve)))), /401/);
bob.quit();
console.log("done");
process.exit(0);
