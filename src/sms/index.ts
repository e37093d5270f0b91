/** What an SMS is: alphabets, segments, texts, recipients, joining of parts. Pure functions. */
export { parsePhoneNumber } from "./address";
export { septetLength } from "./gsm7";
export { joinParts, mayLackRest, type JoinedSms, type SmsPart } from "./join";
export { readRecipients, type Recipient, type RecipientOptions } from "./recipients";
export { isFullSegment, measureText, splitText, type TextMeasure } from "./segments";
export { checkLength, readText } from "./text";
export { transliterate } from "./transliterate";
