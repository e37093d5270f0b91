import assert from "node:assert/strict";
import { describeByOpenApi, type Exchange } from "./openapi-file";
import { ACCOUNT, resource, SIM } from "./scripted-service";

describeByOpenApi("The check of Super SIM by the vendor's OpenAPI file", (vendor) => {
  const headers = { authorization: "Basic eA==", "content-type": "application/x-www-form-urlencoded" };
  const answered = (value: unknown, status: number, type = "application/json"): Exchange["answer"] => {
    return { status, headers: { "content-type": type }, body: JSON.stringify(value) };
  };
  const post: Exchange = {
    method: "POST",
    target: "/v1/SmsCommands",
    headers,
    body: `Sim=${SIM}&Payload=a`,
    answer: answered(resource, 201),
  };
  const get: Exchange = { ...post, method: "GET", target: `/v1/SmsCommands/${resource.sid}`, body: "" };
  const one: Exchange = { ...get, answer: answered(resource, 200) };
  const meta = { first_page_url: "https://a.example/?Page=0", key: "sims", page: 0, page_size: 50 };
  const addresses = { next_page_url: null, previous_page_url: null, url: "https://a.example/?Page=0" };
  const card = {
    sid: SIM,
    account_sid: ACCOUNT,
    unique_name: null,
    iccid: null,
    status: "active",
    fleet_sid: null,
    date_created: resource.date_created,
    date_updated: resource.date_updated,
    url: `https://supersim.twilio.com/v1/Sims/${SIM}`,
    links: null,
  };
  const page = (fields: object, entry: object = card): Exchange => {
    const value = { sims: [entry], meta: { ...meta, ...addresses, ...fields } };
    return { ...get, target: "/v1/Sims?PageSize=50", answer: answered(value, 200) };
  };
  const undated = Object.fromEntries(Object.entries(resource).filter(([name]) => name !== "date_updated"));

  it("finds nothing wrong in what is right", () => {
    for (const exchange of [post, one, page({})]) assert.deepEqual(vendor().faults(exchange), []);
  });

  const wrong: readonly (readonly [what: string, exchange: Exchange, said: RegExp])[] = [
    ["another path", { ...one, target: `/v1/Commands/${resource.sid}` }, /path/],
    ["another method", { ...one, method: "DELETE" }, /DELETE is unknown/],
    ["another login", { ...one, headers: { authorization: "Bearer eA==" } }, /not Basic/],
    ["a SID of another thing in the path", { ...one, target: `/v1/SmsCommands/${SIM}` }, /Sid must match/],
    ["a field too many", { ...post, body: `${post.body}&Priority=1` }, /additionalProperty":"Priority/],
    ["a field too few", { ...post, body: `Sim=${SIM}` }, /missingProperty":"Payload/],
    ["a field that is there twice", { ...post, body: `${post.body}&Sim=b` }, /Sim is there twice/],
    ["a method that is none", { ...post, body: `${post.body}&CallbackMethod=PUT` }, /CallbackMethod must be equal/],
    ["an address that is none", { ...post, body: `${post.body}&CallbackUrl=hook` }, /CallbackUrl must match format/],
    [
      "JSON as a request",
      { ...post, headers: { ...headers, "content-type": "application/json" } },
      /sends application.json/,
    ],
    ["a body where none belongs", { ...one, body: "a=b" }, /has a body/],
    ["a filter that is unknown", { ...page({}), target: "/v1/Sims?Colour=red" }, /Colour/],
    ["a status that is unknown", { ...page({}), target: "/v1/Sims?Status=lost" }, /Status must be equal/],
    ["a page of 0", { ...page({}), target: "/v1/Sims?PageSize=0" }, /PageSize must be >= 1/],
    ["a page of 1001", { ...page({}), target: "/v1/Sims?PageSize=1001" }, /PageSize must be <= 1000/],
    ["a page of some", { ...page({}), target: "/v1/Sims?PageSize=some" }, /PageSize must be integer/],
    ["another status code", { ...post, answer: answered(resource, 200) }, /answers 200/],
    ["an answer of another type", { ...post, answer: answered(resource, 201, "text/html") }, /answers text.html/],
    ["a property too many", { ...post, answer: answered({ ...resource, colour: "red" }, 201) }, /colour/],
    ["a property too few", { ...post, answer: answered(undated, 201) }, /date_updated/],
    [
      "a state that is unknown",
      { ...post, answer: answered({ ...resource, status: "lost" }, 201) },
      /status must be equal/,
    ],
    [
      "a state that is null",
      { ...post, answer: answered({ ...resource, status: null }, 201) },
      /status must be string/,
    ],
    [
      "a date that is none",
      { ...post, answer: answered({ ...resource, date_created: "yesterday" }, 201) },
      /date_created must match format/,
    ],
    [
      "an address that is relative",
      { ...post, answer: answered({ ...resource, url: "/v1" }, 201) },
      /url must match format/,
    ],
    ["a number as text", { ...post, answer: answered({ ...resource, payload: 7 }, 201) }, /payload must be string/],
    ["a page number in quotes", page({ page: "0" }), /page must be integer/],
    ["a key that is null", page({ key: null }), /key must be string/],
    ["a next page that is no address", page({ next_page_url: "more" }), /next_page_url must match format/],
    ["an entry that is wrong", page({}, { ...card, status: "lost" }), /sims.0.status must be equal/],
    ["a fleet that is none", page({}, { ...card, fleet_sid: SIM }), /fleet_sid must match pattern/],
    [
      "a link that is none",
      page({}, { ...card, links: { sim_ip_addresses: "there" } }),
      /sim_ip_addresses must match format/,
    ],
  ];
  for (const [what, exchange, said] of wrong) {
    it(`finds ${what}`, () => {
      const found = vendor().faults(exchange);
      assert.match(found.join(), said);
    });
  }
});
