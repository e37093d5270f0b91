export { systemClock, type Clock } from "./clock";
export { Lane, type Health, type Rank } from "./lane";
