// Appends events through Emmett's PostgreSQL store, so many a request, and prints what it took.
// node append.mjs CONNECTION EVENTS EVENTS_A_REQUEST PAYLOAD_FILE (one JSON object a line)

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const [connection, events, each, file] = process.argv.slice(2);
const payloads = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
const store = getPostgreSQLEventStore(connection);
await store.schema.migrate();

const requests = [];
for (let at = 0; at < Number(events); at += Number(each)) {
  const batch = [];
  for (let one = at; one < Math.min(at + Number(each), Number(events)); one += 1) {
    batch.push({ type: 'episode-reported', data: payloads[one % payloads.length] });
  }
  requests.push(batch);
}
const began = process.hrtime.bigint();
let last = 0n;
for (const batch of requests) {
  const done = await store.appendToStream(`episode-${randomUUID()}`, batch);
  last = done.lastEventGlobalPosition;
}
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
await store.close();
console.log(JSON.stringify({ last: Number(last), seconds }));
