import { Refusal } from "./answers.js";
import type { Contact, RecipientGroup } from "./options.js";
import type { SendRequest } from "./request.js";

/** One number that gets a message. */
export interface Delivery {
  readonly number: string;
  readonly by: "sms" | "telegram" | "call";
}

/** The gateway's contacts and groups: who gets a message. */
export class AddressBook {
  readonly #contacts: readonly Contact[];
  readonly #groups: readonly RecipientGroup[];

  constructor(contacts: readonly Contact[], groups: readonly RecipientGroup[]) {
    this.#contacts = contacts;
    this.#groups = groups;
  }

  /** Who gets it, and how; nobody where the list keeps all of them out. @throws Refusal for one who is not there. */
  deliveries(request: SendRequest): readonly Delivery[] {
    const isListed = listed(request);
    return this.#numbers(request)
      .filter(isListed)
      .flatMap((number): Delivery[] => {
        if (request.mode.startsWith("tel")) {
          if (this.#hasTelegram(number)) return [{ number, by: "telegram" }];
          if (!request.telauto) return [];
        }
        return [{ number, by: request.ring ? "call" : "sms" }];
      });
  }

  #numbers({ mode, to }: SendRequest): readonly string[] {
    switch (mode) {
      case "number":
      case "telnumber":
        // 00 and a country code, or national. A + in front is not documented; it is taken here.
        if (!/^\+?\d{3,17}$/.test(to)) throw new Refusal("request");
        return [to];
      case "user":
      case "teluser":
        return [found(this.#contacts, to).number];
      case "group":
      case "telgroup":
        return found(this.#groups, to).members.map((id) => found(this.#contacts, String(id)).number);
    }
  }

  #hasTelegram(number: string): boolean {
    return this.#contacts.some((contact) => contact.telegram === true && same(contact.number, number));
  }
}

function found<T extends { readonly id: number; readonly name: string }>(entries: readonly T[], to: string): T {
  const entry = entries.find(({ id }) => String(id) === to) ?? entries.find(({ name }) => name === to);
  if (entry === undefined) throw new Refusal("request");
  return entry;
}

const same = (one: string, other: string): boolean => one.replace(/^\+/, "00") === other.replace(/^\+/, "00");

/** Whether a number passes the list. @throws Refusal for a pattern that is none. */
function listed({ list, regex }: SendRequest): (number: string) => boolean {
  if (list === null || regex === null) return () => true;
  try {
    const pattern = new RegExp(regex);
    return (number) => pattern.test(number) === (list === "white");
  } catch {
    throw new Refusal("request");
  }
}
