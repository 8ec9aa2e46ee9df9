// A peer made with Fedify: one actor, that does what it is told on /lab and tells there what it heard.
// node fedify.mjs PORT draft-cavage-http-signatures-12|rfc9421 CERTIFICATE KEY
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages lie where they were installed to, not beside this file.
const { resolve } = createRequire(process.env.PEER_MODULES + "/index.js");
const load = (name) => import(pathToFileURL(resolve(name)));
const { createFederation, generateCryptoKeyPair, MemoryKvStore } = await load("@fedify/fedify");
const { Temporal } = await load("@js-temporal/polyfill");
const vocab = await load("@fedify/fedify/vocab");
const { Accept, Announce, Create, Delete, Follow, Like, Note, Person, Undo, Update, Endpoints } = vocab;

const [port, firstKnock, certificate, key] = process.argv.slice(2);
const origin = `https://localhost:${port}`;
const NAME = "bob";
let keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
const log = [];
const followers = new Map();
const notes = new Map();
let number = 0;

const federation = createFederation({ kv: new MemoryKvStore(), origin, firstKnock, allowPrivateAddress: true });

federation.setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
  if (identifier !== NAME) return null;
  const pairs = await ctx.getActorKeyPairs(identifier);
  return new Person({
    id: ctx.getActorUri(identifier), preferredUsername: identifier, name: "Bob of Fedify",
    inbox: ctx.getInboxUri(identifier), outbox: ctx.getOutboxUri(identifier), followers: ctx.getFollowersUri(identifier),
    endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
    url: ctx.getActorUri(identifier), publicKey: pairs[0].cryptographicKey, assertionMethods: pairs.map((pair) => pair.multikey),
  });
}).setKeyPairsDispatcher(() => keys);
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => notes.get(id) ?? null);

const heard = async (ctx, activity) => {
  const object = await activity.getObject(ctx).catch(() => null);
  log.push({
    type: activity.constructor.name, id: activity.id?.href, actor: activity.actorId?.href, object: activity.objectId?.href,
    objectType: object?.constructor.name, content: object?.content?.toString(),
  });
};
federation.setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (ctx, follow) => {
    await heard(ctx, follow);
    const follower = await follow.getActor(ctx);
    followers.set(follower.id.href, { id: follower.id, inboxId: follower.inboxId });
    await send(ctx, follower, new Accept({ id: next("accept"), actor: ctx.getActorUri(NAME), object: follow }));
  })
  .on(vocab.Activity, heard)
  .onError((_ctx, error) => log.push({ type: "Error", content: String(error) }))
  .setSharedKeyDispatcher(() => ({ identifier: NAME }));

const next = (what) => new URL(`/${what}/${++number}`, origin);
const send = (ctx, to, activity) => ctx.sendActivity({ identifier: NAME }, to, activity, { immediate: true });

const orders = {
  log: () => log,
  async lookup(ctx, { query }) {
    const documentLoader = await ctx.getDocumentLoader({ identifier: NAME });
    const found = await ctx.lookupObject(query, { documentLoader });
    return found && { id: found.id?.href, type: found.constructor.name, name: found.name?.toString(), content: found.content?.toString() };
  },
  async follow(ctx, { who }) {
    return perform(ctx, who, (to) => new Follow({ id: next("follow"), actor: ctx.getActorUri(NAME), object: to.id, to: to.id }));
  },
  async unfollow(ctx, { who, id }) {
    return perform(ctx, who, (to) => undo(ctx, new Follow({ id: new URL(id), actor: ctx.getActorUri(NAME), object: to.id }), to));
  },
  async note(ctx, { who, content, inReplyTo }) {
    return perform(ctx, who, (to) => new Create({
      id: next("create"), actor: ctx.getActorUri(NAME), to: vocab.PUBLIC_COLLECTION, cc: to.id, object: write(ctx, `${++number}`, content, inReplyTo, to),
    }));
  },
  async edit(ctx, { who, note, content }) {
    return perform(ctx, who, (to) => new Update({
      id: next("update"), actor: ctx.getActorUri(NAME), to: vocab.PUBLIC_COLLECTION, object: write(ctx, note.split("/").at(-1), content, null, to, true),
    }));
  },
  async delete(ctx, { who, note }) {
    notes.delete(note.split("/").at(-1));
    return perform(ctx, who, () => new Delete({ id: next("delete"), actor: ctx.getActorUri(NAME), to: vocab.PUBLIC_COLLECTION, object: new URL(note) }));
  },
  async like(ctx, { who, note }) {
    return perform(ctx, who, () => new Like({ id: next("like"), actor: ctx.getActorUri(NAME), object: new URL(note) }));
  },
  async boost(ctx, { who, note }) {
    return perform(ctx, who, (to) => new Announce({ id: next("announce"), actor: ctx.getActorUri(NAME), to: vocab.PUBLIC_COLLECTION, cc: to.id, object: new URL(note) }));
  },
  async unlike(ctx, { who, note, id }) {
    return perform(ctx, who, (to) => undo(ctx, new Like({ id: new URL(id), actor: ctx.getActorUri(NAME), object: new URL(note) }), to));
  },
  async unboost(ctx, { who, note, id }) {
    return perform(ctx, who, (to) => undo(ctx, new Announce({ id: new URL(id), actor: ctx.getActorUri(NAME), object: new URL(note) }), to));
  },
  async rotate() {
    keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
    return {};
  },
};

const undo = (ctx, object, to) => new Undo({ id: next("undo"), actor: ctx.getActorUri(NAME), to: to.id, object });

function write(ctx, id, content, inReplyTo, to, edited = false) {
  const now = Temporal.Now.instant();
  const note = new Note({
    id: ctx.getObjectUri(Note, { id }), attribution: ctx.getActorUri(NAME), content, to: vocab.PUBLIC_COLLECTION, cc: to.id,
    replyTarget: inReplyTo ? new URL(inReplyTo) : null, published: notes.get(id)?.published ?? now, updated: edited ? now : null,
    tags: [new vocab.Mention({ href: to.id, name: "@alice" })],
  });
  notes.set(id, note);
  return note;
}

async function perform(ctx, who, make) {
  const documentLoader = await ctx.getDocumentLoader({ identifier: NAME });
  const to = await ctx.lookupObject(who, { documentLoader });
  const activity = make(to);
  await send(ctx, to, activity);
  return { id: activity.id.href, object: activity.objectId?.href };
}

createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = chunks.length ? Buffer.concat(chunks) : undefined;
  const url = new URL(incoming.url, origin);
  try {
    if (url.pathname.startsWith("/lab/")) {
      const ctx = federation.createContext(new URL(origin), undefined);
      const answer = await orders[url.pathname.slice(5)](ctx, body ? JSON.parse(body) : {});
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
    const answer = await federation.fetch(new Request(url, { method: incoming.method, headers, body }), { contextData: undefined });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  } catch (error) {
    outgoing.writeHead(500, { "content-type": "text/plain" }).end(String(error?.stack ?? error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
