// megalodon, the library of Whalebird and Fedistar, as KIND: mastodon or pleroma. URL, TOKEN, OTHER_TOKEN and PICTURE come by the environment.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";

const { default: generator, detector } = createRequire(import.meta.url)("megalodon");
const { URL: url, TOKEN, OTHER_TOKEN, PICTURE, KIND } = process.env;
const alice = generator(KIND, url, TOKEN);
const bob = generator(KIND, url, OTHER_TOKEN);
const data = async (promise) => (await promise).data;
const someone = `someone of ${KIND}`;

assert.ok(["mastodon", "pleroma"].includes(await detector(url)));
const app = await alice.registerApp("Mega", { scopes: ["read", "write", "follow"] });
assert.ok(app.url.startsWith(`${url}/oauth/authorize?`));
const me = await data(alice.verifyAccountCredentials());
const him = await data(alice.lookupAccount("bob"));
assert.deepEqual([me.acct, him.acct], ["alice", "bob"]);
assert.equal((await data(alice.getInstance())).uri.length > 0, true);
assert.equal((await data(alice.followAccount(him.id))).following, true);
assert.equal((await data(alice.getRelationship(him.id))).following, true);

const media = await data(alice.uploadMedia(createReadStream(PICTURE), { description: "green" }));
assert.deepEqual([media.type, media.description], ["image", "green"]);
const posted = await data(alice.postStatus(`Hello from ${someone}`, { media_ids: [media.id], spoiler_text: "hm", visibility: "public" }));
assert.deepEqual([posted.media_attachments.length, posted.spoiler_text, posted.visibility], [1, "hm", "public"]);
const edited = await data(alice.editStatus(posted.id, { status: `Hello again from ${someone}`, media_ids: [media.id] }));
assert.match(edited.content, /again/);
assert.match((await data(alice.getStatusSource(posted.id))).text, /again/);
const reply = await data(bob.postStatus("@alice hello", { in_reply_to_id: posted.id }));
assert.equal((await data(alice.getStatusContext(posted.id))).descendants[0].id, reply.id);
for (const [act, undo, state] of [["favouriteStatus", "unfavouriteStatus", "favourited"], ["reblogStatus", "unreblogStatus", "reblogged"],
  ["bookmarkStatus", "unbookmarkStatus", "bookmarked"], ["muteStatus", "unmuteStatus", "muted"]]) {
  const done = await data(alice[act](reply.id));
  assert.equal((done.reblog ?? done)[state], true, act);
  assert.equal((await data(alice[undo](reply.id)))[state], false, undo);
}
const told = await data(alice.getNotifications({ limit: 5 }));
assert.deepEqual([told[0].type, told[0].account.acct], ["mention", "bob"]);
assert.equal((await data(alice.getNotification(told[0].id))).status.id, reply.id);

const poll = (await data(bob.postStatus("Tea?", { poll: { options: ["yes", "no"], expires_in: 600 } }))).poll;
assert.equal((await data(alice.votePoll(poll.id, [1]))).votes_count, 1);
if (KIND === "pleroma") {
  const reacted = await data(alice.createEmojiReaction(reply.id, "🐙"));
  assert.deepEqual(reacted.emoji_reactions.map((one) => [one.name, one.count, one.me]), [["🐙", 1, true]]);
  assert.equal((await data(bob.getEmojiReactions(reply.id)))[0].accounts[0].acct, "alice");
  assert.deepEqual((await data(alice.deleteEmojiReaction(reply.id, "🐙"))).emoji_reactions, []);
}

const home = await data(alice.getHomeTimeline({ limit: 2 }));
const older = await data(alice.getHomeTimeline({ limit: 2, max_id: home[1].id }));
assert.ok(home.length === 2 && older.length > 0 && BigInt(older[0].id) < BigInt(home[1].id));
for (const read of ["getPublicTimeline", "getLocalTimeline", "getConversationTimeline", "getBookmarks", "getFavourites", "getMutes", "getBlocks",
  "getLists", "getFilters", "getFollowRequests", "getInstanceAnnouncements", "getInstanceCustomEmojis", "getInstancePeers"]) {
  assert.ok(Array.isArray(await data(alice[read]())), read);
}
assert.ok((await data(alice.getTagTimeline("nothing"))).length === 0);
const found = await data(alice.search("bob", { type: "accounts" }));
assert.equal(found.accounts[0].id, him.id);
const list = await data(alice.createList("Friends"));
await alice.addAccountsToList(list.id, [him.id]);
assert.equal((await data(alice.getAccountsInList(list.id)))[0].acct, "bob");
await alice.deleteList(list.id);
await alice.saveMarkers({ home: { last_read_id: home[0].id } });
// As Pleroma it knows no marker but that of notifications.
if (KIND === "mastodon") assert.equal((await data(alice.getMarkers(["home"]))).home.last_read_id, home[0].id);

const stream = await alice.userStreaming();
await new Promise((done) => stream.once("connect", done));
const update = new Promise((done) => stream.once("update", done));
const notification = new Promise((done) => stream.once("notification", done));
const gone = new Promise((done) => stream.once("delete", done));
const live = await data(bob.postStatus("@alice over the stream"));
assert.equal((await update).id, live.id);
assert.equal((await notification).status.id, live.id);
await bob.deleteStatus(live.id);
assert.equal(String(await gone), live.id);
stream.stop();
await alice.deleteStatus(posted.id);
await assert.rejects(alice.getStatus(posted.id), (error) => error.response.status === 404);
console.log("done");
process.exit(0);
