// masto, the library of Elk and Phanpy. URL, TOKEN, OTHER_TOKEN and PICTURE come by the environment.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const { URL: url, TOKEN, OTHER_TOKEN, PICTURE } = process.env;
const alice = createRestAPIClient({ url, accessToken: TOKEN });
const bob = createRestAPIClient({ url, accessToken: OTHER_TOKEN });

const me = await alice.v1.accounts.verifyCredentials();
const him = await alice.v1.accounts.lookup({ acct: "bob" });
assert.equal(me.acct, "alice");
const instance = await alice.v2.instance.fetch();
assert.equal(instance.domain, new URL(url).host);
assert.equal((await alice.v1.accounts.$select(him.id).follow()).following, true);

const file = new Blob([await readFile(PICTURE)], { type: "image/png" });
const media = await alice.v2.media.create({ file, description: "green", focus: "0.5,0.5" });
assert.deepEqual([media.type, media.description, media.meta.original.width], ["image", "green", 32]);

// The streams. What one socket is subscribed to is heard in order.
const streaming = createStreamingAPIClient({
  streamingApiUrl: instance.configuration.urls.streaming,
  accessToken: TOKEN,
});
const user = streaming.user.subscribe();
const tag = streaming.hashtag.subscribe({ tag: "sea" });
const heard = [user, tag].map((stream) => stream[Symbol.asyncIterator]());
const opening = heard.map((stream) => stream.next());
// Subscriptions have no answer: he says it until she hears it.
let said;
let opened = false;
const both = Promise.all(opening).then((events) => ((opened = true), events));
for (let n = 0; !opened && n < 100; n++) {
  said = await bob.v1.statuses.create({ status: `number ${n} #sea`, visibility: "public" });
  await Promise.race([both, new Promise((done) => setTimeout(done, 200))]);
}
for (const { value: event } of await both) {
  assert.equal(event.event, "update");
  assert.match(event.payload.content, /number \d+ /);
}
streaming.close();

const posted = await alice.v1.statuses.create({ status: "Hello from masto", mediaIds: [media.id], sensitive: true, spoilerText: "hm" });
assert.deepEqual([posted.mediaAttachments.length, posted.spoilerText, posted.application.name], [1, "hm", "Test"]);
const edited = await alice.v1.statuses.$select(posted.id).update({ status: "Hello again", mediaIds: [media.id] });
assert.match(edited.content, /again/);
assert.equal((await alice.v1.statuses.$select(posted.id).history.list()).length, 2);

const poll = (await bob.v1.statuses.create({ status: "Tea?", poll: { options: ["yes", "no"], expiresIn: 600, multiple: true } })).poll;
const voted = await alice.v1.polls.$select(poll.id).votes.create({ choices: [0, 1] });
assert.deepEqual(voted.ownVotes, [0, 1]);

const home = [];
for await (const page of alice.v1.timelines.home.list({ limit: 2 })) {
  home.push(...page.map((status) => status.id));
}
assert.ok(home.length >= 3 && new Set(home).size === home.length);
assert.deepEqual(home, home.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)));
assert.ok((await alice.v1.timelines.tag.$select("sea").list()).some((status) => status.id === said.id));
for (const list of [alice.v1.timelines.public, alice.v1.bookmarks, alice.v1.favourites, alice.v1.conversations, alice.v1.lists, alice.v2.filters,
  alice.v1.announcements, alice.v1.customEmojis, alice.v1.followedTags, alice.v1.trends.statuses, alice.v1.trends.tags, alice.v1.trends.links,
  alice.v2.suggestions, alice.v1.preferences.fetch ? alice.v1.mutes : alice.v1.blocks]) {
  assert.ok(Array.isArray(await list.list()));
}

await bob.v1.statuses.create({ status: "@alice hello", visibility: "direct" });
const told = await alice.v1.notifications.list();
assert.equal(told[0].type, "mention");
const groups = await alice.v2.notifications.list();
assert.deepEqual([groups.notificationGroups[0].type, groups.accounts[0].acct], ["mention", "bob"]);
assert.equal((await alice.v2.notifications.policy.fetch()).forNotFollowing, "accept");

const found = await alice.v2.search.list({ q: "bob", type: "accounts", resolve: true });
assert.equal(found.accounts[0].id, him.id);

const made = await alice.v2.filters.create({ title: "Plot", context: ["home"], filterAction: "warn", keywordsAttributes: [{ keyword: "tea", wholeWord: true }] });
const filtered = (await alice.v1.timelines.home.list()).find((status) => status.poll);
assert.equal(filtered.filtered[0].filter.id, made.id);
await alice.v2.filters.$select(made.id).remove();
const list = await alice.v1.lists.create({ title: "Friends", repliesPolicy: "list", exclusive: false });
await alice.v1.lists.$select(list.id).accounts.create({ accountIds: [him.id] });
assert.equal((await alice.v1.lists.$select(list.id).accounts.list())[0].acct, "bob");
assert.equal((await alice.v1.timelines.list.$select(list.id).list()).length > 0, true);
const changed = await alice.v1.accounts.updateCredentials({ displayName: "Alice in JavaScript", avatar: file, fieldsAttributes: [{ name: "a", value: "b" }] });
assert.deepEqual([changed.displayName, changed.source.fields[0].name], ["Alice in JavaScript", "a"]);
await alice.v1.statuses.$select(posted.id).remove();
await assert.rejects(alice.v1.statuses.$select(posted.id).fetch(), (error) => error.statusCode === 404);
console.log("done");
process.exit(0);
