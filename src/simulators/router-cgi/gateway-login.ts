export interface GatewayLoginRules {
  readonly username: string;
  readonly password: string;
  /** Bad logins until nobody is let in. */
  readonly lockAfter: number;
}

/** Who may use the SMS gateway. Every request brings its login; too many bad ones shut the door for good. */
export class GatewayLogin {
  readonly #rules: GatewayLoginRules;
  #bad = 0;

  constructor(rules: GatewayLoginRules) {
    this.#rules = rules;
  }

  get bad(): number {
    return this.#bad;
  }

  get isLocked(): boolean {
    return this.#bad >= this.#rules.lockAfter;
  }

  /** A login that lacks one of the two is a bad one too. */
  isGood(username: string | null, password: string | null): boolean {
    const isGood = username === this.#rules.username && password === this.#rules.password;
    if (!isGood) this.#bad += 1;
    return isGood;
  }

  unlock(): void {
    this.#bad = 0;
  }
}
