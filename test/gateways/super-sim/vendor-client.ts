import twilio from "twilio";

/** The part of the vendor's client that speaks to Super SIM, at another address: by itself it knows none but the vendor's. */
export function vendorClient(origin: string, accountSid: string, authToken: string): twilio.Twilio["supersim"]["v1"] {
  const httpClient = new twilio.RequestClient();
  httpClient.axios.interceptors.request.use((asked) => {
    const { pathname, search } = new URL(asked.url ?? "");
    asked.url = `${origin}${pathname}${search}`;
    return asked;
  });
  return twilio(accountSid, authToken, { httpClient }).supersim.v1;
}

/** A record of the vendor's client with dates as the service writes them. */
export function plain(record: { readonly toJSON: () => unknown }): Record<string, unknown> {
  const fields = Object.entries(record.toJSON() as Record<string, unknown>);
  return Object.fromEntries(fields.map(([name, value]) => [name, value instanceof Date ? written(value) : value]));
}

function written(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
