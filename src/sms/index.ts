/** What an SMS is: alphabets, segments, texts, recipients, joining of parts. Pure functions. */
export { septetLength } from "./gsm7";
export { isFullSegment, measureText, splitText, type TextMeasure } from "./segments";
export { checkLength, readText } from "./text";
