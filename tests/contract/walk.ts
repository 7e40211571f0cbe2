// A logon, a reset and a containment by the client that openapi-typescript and openapi-fetch make of docs/openapi.json.
// What is typed there is checked by the compiler; what is answered, here. tests/contract/walks.py starts it.

import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined>; exitCode: number };

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};

const as = (token: string) => ({ Authorization: `Bearer ${token}` });
// The portal has pages as well; a program gets none of them.
type Json = `application/${string}json`;
const portal = createClient<paths, Json>({ baseUrl: given("PORTAL"), headers: { Accept: "application/json" } });

const must = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(what);
  return value;
};

async function logsOn(email: string, password: string) {
  const { data } = await portal.POST("/logon", { body: { email, password } });
  return must(data, "no logon");
}

async function resets() {
  const [email, password] = [given("ANN"), given("NEW_PASSWORD")];
  const before = await logsOn(email, given("PASSWORD"));
  if (before.next !== "portal") throw new Error(`the next step is ${before.next}`);
  const messages = await portal.GET("/messages", { headers: as(before.session.token) });
  const first = must(must(messages.data, "no messages").messages[0], "no message");
  const read = await portal.GET("/messages/{id}", {
    params: { path: { id: first.id } },
    headers: as(before.session.token),
  });
  if (must(read.data, "no message").subject !== first.subject) throw new Error("another message");
  const changed = await portal.POST("/password/reset", {
    body: { token: given("LINK"), new_password: password, confirm_password: password },
  });
  if (must(changed.data, "no reset").next !== "log_on") throw new Error("not reset");
  const dead = await portal.GET("/session", { headers: as(before.session.token) });
  if (must(dead.error, "the session lives").code !== "session_required") throw new Error("another refusal");
  return logsOn(email, password);
}

async function contains(token: string) {
  const half = await logsOn(given("ADMIN"), given("PASSWORD"));
  if (half.next !== "enter_code") throw new Error(`the next step is ${half.next}`);
  const { data } = await portal.POST("/logon/code", { body: { code: given("CODE") }, headers: as(half.session.token) });
  const desk = must(data, "no code");
  const done = await portal.POST("/admin/users/{email}/contain", {
    params: { path: { email: given("ANN") } },
    body: { disable: true, require_two_step: true, reason: "Reported by the user" },
    headers: as(desk.session.token),
  });
  const told = must(done.data, "not contained");
  if (told.status !== "disabled") throw new Error(`the status is ${told.status}`);
  const dead = await portal.GET("/account", { headers: as(token) });
  if (must(dead.error, "the session lives").code !== "session_required") throw new Error("another refusal");
  console.log(told.measures.join(" "));
}

const session = await resets();
await contains(session.session.token);
