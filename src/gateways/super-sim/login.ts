import type { LoginCall } from "../shared-login";

/** What signs a request. */
export interface Authorization {
  /** Value of the header `authorization`. */
  readonly header: string;
  /** Values that must not show in any message. */
  readonly secrets: readonly string[];
}

/** How a provider knows who asks. */
export interface AccountLogin {
  current(call: LoginCall): Promise<Authorization>;
  /** Another authorization than `stale`, which the service refused; undefined where there is none to be had. */
  renew(stale: Authorization, call: LoginCall): Promise<Authorization | undefined>;
  close(): Promise<void>;
}

/** HTTP Basic: each request carries user name and password, nothing can be renewed. */
export function basicLogin(username: string, password: string): AccountLogin {
  const encoded = Buffer.from(`${username}:${password}`).toString("base64");
  const authorization = { header: `Basic ${encoded}`, secrets: [password, encoded] };
  return {
    current: () => Promise.resolve(authorization),
    renew: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}
