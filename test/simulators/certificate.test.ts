import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { selfSignedCertificate } from "../../src/simulators/index.js";
import { objectIdentifier, time, unsignedInteger, utf8String } from "../../src/simulators/tls/der.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("a device's self-signed certificate", () => {
  it("is an X.509 certificate signed by its own key, good for years", () => {
    const made = selfSignedCertificate({ commonName: "cabinet-router" });
    const certificate = new X509Certificate(made.cert);
    assert.equal(certificate.subject, "CN=cabinet-router");
    assert.equal(certificate.issuer, certificate.subject);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)));
    assert.equal(certificate.fingerprint256, made.fingerprint);
    assert.ok(Date.parse(certificate.validFrom) < Date.now());
    assert.ok(Date.parse(certificate.validTo) > Date.now() + 10 * 365 * 24 * 60 * 60 * 1000);
    assert.equal(certificate.subjectAltName, undefined);
    assert.equal(certificate.checkIP("127.0.0.1"), undefined);
  });

  it("names what it is asked to name", () => {
    const certificate = new X509Certificate(
      selfSignedCertificate({ alternativeNames: ["router.example", "127.0.0.1"] }).cert,
    );
    assert.equal(certificate.subjectAltName, "DNS:router.example, IP Address:127.0.0.1");
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
  });

  it("is another one each time", () => {
    assert.notEqual(selfSignedCertificate().fingerprint, selfSignedCertificate().fingerprint);
  });
});

describe("the distinguished encoding", () => {
  it("writes numbers without needless zeros and never negative", () => {
    assert.equal(hex(unsignedInteger(Buffer.from([0, 0, 5]))), "020105");
    assert.equal(hex(unsignedInteger(Buffer.from([0x80]))), "02020080");
    assert.equal(hex(unsignedInteger(Buffer.from([0]))), "020100");
  });

  it("writes object identifiers with arcs of several bytes", () => {
    assert.equal(hex(objectIdentifier("1.2.840.10045.4.3.2")), "06082a8648ce3d040302");
  });

  it("writes long lengths", () => {
    assert.equal(hex(utf8String("x".repeat(127))).slice(0, 4), "0c7f");
    assert.equal(hex(utf8String("x".repeat(200))).slice(0, 6), "0c81c8");
    assert.equal(hex(utf8String("x".repeat(300))).slice(0, 8), "0c82012c");
  });

  it("writes years with two digits up to 2049 and with four after it", () => {
    assert.equal(time(new Date("2049-12-31T23:59:59.999Z")).subarray(2).toString(), "491231235959Z");
    assert.equal(time(new Date("2050-01-01T00:00:00Z")).subarray(2).toString(), "20500101000000Z");
  });
});
