/** Arquero's table and how to make one, handed on to those who show tables. */
export { ColumnTable, from } from "arquero";
