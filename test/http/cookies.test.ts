import assert from "node:assert/strict";
import { CookieJar } from "../../src/http";

function jarOf(...setCookie: readonly string[]): CookieJar {
  const jar = new CookieJar();
  jar.store({ status: 200, headers: { "set-cookie": setCookie }, body: Buffer.alloc(0) });
  return jar;
}

describe("The cookies of a login", () => {
  it("are sent back as they were set, without their attributes", () => {
    const jar = jarOf("bauth=abc; Path=/; HttpOnly; Secure", "lang=en");
    assert.equal(jar.header, "bauth=abc; lang=en");
    assert.deepEqual(jar.values, ["abc", "en"]);
  });

  it("may hold equals signs", () => {
    assert.equal(jarOf("bauth=YWJj==; Path=/").header, "bauth=YWJj==");
  });

  it("come one or several in an answer, or none", () => {
    const jar = new CookieJar();
    jar.store({ status: 200, headers: { "set-cookie": "pauth=1" }, body: Buffer.alloc(0) });
    assert.equal(jar.header, "pauth=1");
    jar.store({ status: 200, headers: {}, body: Buffer.alloc(0) });
    assert.equal(jar.header, "pauth=1");
    assert.equal(new CookieJar().header, undefined);
  });

  it("are replaced by a later one of the same name", () => {
    assert.equal(jarOf("bauth=old", "bauth=new").header, "bauth=new");
  });

  for (const ended of ["bauth=", "bauth=; Max-Age=0", "bauth=x; max-age = 0", "bauth=x; Max-Age=-1; Path=/"]) {
    it(`go when the device takes them back: ${ended}`, () => {
      assert.equal(jarOf("bauth=abc", ended).header, undefined);
    });
  }

  it("need a name", () => {
    assert.equal(jarOf("=abc", "").header, undefined);
  });
});
