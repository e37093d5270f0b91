import assert from "node:assert/strict";
import { bypasses } from "../../src/http";

describe("The list of hosts that a proxy is not for", () => {
  const cases: readonly (readonly [
    list: readonly string[],
    host: string,
    port: number | undefined,
    isListed: boolean,
  ])[] = [
    [[], "router.lan", 443, false],
    [["", " ", ","], "router.lan", 443, false],
    [["router.lan"], "router.lan", undefined, true],
    [["Router.LAN"], "router.lan", 443, true],
    [["router.lan"], "ROUTER.lan", 443, true],
    [["router.lan"], "my.router.lan", 443, false],
    [["router.lan"], "myrouter.lan", 443, false],
    [[".lan"], "router.lan", 443, true],
    [[".lan"], "lan", 443, false],
    [["*.lan"], "router.lan", 443, true],
    [["*lan"], "wlan", 443, true],
    [["*.lan"], "router.lan.example", 443, false],
    [["*"], "supersim.example", 443, true],
    [["a.test", "*"], "supersim.example", 443, true],
    [["a.test, b.test c.test"], "b.test", 443, true],
    [["a.test, b.test c.test"], "c.test", 443, true],
    [["router.lan:8443"], "router.lan", 8443, true],
    [["router.lan:8443"], "router.lan", 443, false],
    [["router.lan:8443"], "router.lan", undefined, false],
    [["*.lan:443"], "router.lan", 443, true],
    [["192.0.2.7"], "192.0.2.7", 443, true],
    [["192.0.2."], "192.0.2.7", 443, false],
    [["::1"], "[::1]", 443, true],
    [["[::1]"], "::1", 443, true],
    [["[::1]:443"], "[::1]", 443, true],
    [["[::1]:444"], "[::1]", 443, false],
    [["a.*"], "a.test", 443, false],
    [["(.+)+$"], "a".repeat(100), 443, false],
  ];
  for (const [list, host, port, isListed] of cases) {
    it(`${isListed ? "has" : "lacks"} ${host}:${port ?? ""} in ${JSON.stringify(list)}`, () => {
      assert.equal(bypasses(list, host, port), isListed);
    });
  }
});
