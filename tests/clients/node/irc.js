// irc-framework, the library of The Lounge and Kiwi IRC, over a WebSocket: two people in a room. PORT and PASSWORD come by the environment.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import WebSocket from "ws";

globalThis.WebSocket = WebSocket; // its transport is for browsers
const require = createRequire(import.meta.url);
const IRC = require("irc-framework");
const Transport = require("irc-framework/src/transports/websocket.js");
const { PORT, PASSWORD } = process.env;

const caps = ["message-tags", "server-time", "echo-message", "account-tag", "away-notify", "batch", "draft/chathistory", "draft/message-redaction"];

async function enter(nick, websocket_protocol) {
  const client = new IRC.Client({ enable_echomessage: true });
  client.requestCap(caps);

  const happened = (event, fits = () => true) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${nick}: no ${event}`)), 20_000);
    client.on(event, function once(data) {
      if (fits(data)) {
        clearTimeout(timer);
        client.off(event, once);
        resolve(data);
      }
    });
  });
  const registered = happened("registered");
  client.connect({ transport: Transport, host: "127.0.0.1", port: Number(PORT), path: "/irc", nick, username: nick, gecos: nick, websocket_protocol,
    account: { account: nick, password: PASSWORD }, auto_reconnect: false });
  assert.equal((await registered).nick, nick);
  const join = async (room) => {
    const names = happened("userlist", (list) => list.channel === room);
    client.join(room);
    return (await names).users.map((user) => user.nick);
  };
  return { client, happened, join };
}

const alice = await enter("alice", "text.ircv3.net");
const bob = await enter("bob", "");
assert.ok(alice.client.network.cap.isEnabled("message-tags") && alice.client.network.cap.isEnabled("draft/chathistory"));
assert.ok(alice.client.network.supports("CHANTYPES").includes("#"));

assert.deepEqual(await alice.join("#tea"), ["alice"]);
const joined = alice.happened("join", (who) => who.nick === "bob");
assert.deepEqual((await bob.join("#tea")).sort(), ["alice", "bob"]);
assert.equal((await joined).channel, "#tea");

const long = "naïve 🐙 " + "and so on ".repeat(20);
const heard = bob.happened("message", (said) => said.nick === "alice");
const echoed = alice.happened("message", (said) => said.nick === "alice");
alice.client.say("#tea", long.trim());
const said = await heard;
assert.deepEqual([said.target, said.message, said.type, said.account], ["#tea", long.trim(), "privmsg", "alice"]);
assert.ok(said.tags.msgid && said.tags.msgid === (await echoed).tags.msgid && said.time > 0);

const acted = alice.happened("action");
bob.client.action("#tea", "nods");
assert.deepEqual([(await acted).nick, (await acted).message], ["bob", "nods"]);

const reaction = alice.happened("tagmsg");
bob.client.tagmsg("#tea", { "+draft/react": "🐙", "+draft/reply": said.tags.msgid });
assert.deepEqual([(await reaction).tags["+draft/react"], (await reaction).tags["+draft/reply"]], ["🐙", said.tags.msgid]);

const topic = bob.happened("topic", (change) => change.topic === "Tea");
alice.client.setTopic("#tea", "Tea");
assert.equal((await topic).nick, "alice");

const refused = bob.happened("irc error");
bob.client.setTopic("#tea", "Coffee");
assert.deepEqual([(await refused).error, (await refused).channel], ["chanop_privs_needed", "#tea"]);

const opped = bob.happened("mode", (change) => change.target === "#tea");
alice.client.raw("MODE", "#tea", "+o", "bob");
assert.deepEqual((await opped).modes.map(({ mode, param }) => [mode, param]), [["+o", "bob"]]);

const asked = bob.happened("whois");
bob.client.whois("alice");
assert.equal((await asked).account, "alice");

const history = bob.happened("batch end chathistory");
bob.client.raw("CHATHISTORY", "LATEST", "#tea", "*", "50");
assert.deepEqual((await history).commands.filter((line) => line.command === "PRIVMSG").map((line) => line.params[1]),
  [long.trim(), "\x01ACTION nods\x01"]);

const kicked = bob.happened("kick");
alice.client.raw("KICK", "#tea", "bob", "later");
assert.deepEqual([(await kicked).kicked, (await kicked).message], ["bob", "later"]);

const closed = alice.happened("socket close");
alice.client.quit("bye");
await closed;
bob.client.quit();
console.log("done");
process.exit(0);
