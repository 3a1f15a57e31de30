import type { Command } from "./command.ts";
import { dataFetch } from "./data_fetch.ts";
import { dataIndex } from "./data_index.ts";

/** What can be done about data sets, by the two words of the command. */
export const dataCommands: Readonly<Record<string, Command>> = {
  "data index": dataIndex,
  "data fetch": dataFetch,
};
