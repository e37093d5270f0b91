declare module "split-sms" {
  export function split(text: string): {
    readonly characterSet: "GSM" | "Unicode";
    /** Octets of UCS-2, septets of GSM-7. */
    readonly bytes: number;
    readonly parts: readonly { readonly content: string; readonly bytes: number }[];
  };
}
