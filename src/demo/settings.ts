export interface DemoSettings {
  readonly port: number;
  readonly handsetPort: number;
  /** The Node-RED user folder, or undefined for a fresh temporary one. */
  readonly userDir: string | undefined;
}

/** Reads `PORT`, `HANDSET_PORT` and `DEMO_DIR`. */
export function readSettings(environment: NodeJS.ProcessEnv): DemoSettings {
  return {
    port: readPort(environment, "PORT", 1880),
    handsetPort: readPort(environment, "HANDSET_PORT", 1881),
    userDir: environment.DEMO_DIR === "" ? undefined : environment.DEMO_DIR,
  };
}

function readPort(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} is no port number. Set it to a number from 1 to 65535.`);
}

/** What a person can do about a start that failed. */
export function describeProblem(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE" && "port" in error) {
    return `Port ${String(error.port)} is in use. Stop what uses it, or set PORT or HANDSET_PORT to another one.`;
  }
  return error instanceof Error ? error.message : String(error);
}
