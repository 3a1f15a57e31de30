/** Backbones and heads by kind. */
import { convnextFeatures, convnextView, convnextWidth, initConvnext } from "./convnext.ts";
import { applyLinearHead, initLinearHead } from "./linear_head.ts";

export { type Convnext, convnext } from "./convnext.ts";
export { linear, type LinearHead } from "./linear_head.ts";

/** kind → how it starts, what it makes of images, how many features, how images are normalised for it. */
export const backbones = {
  convnext: { init: initConvnext, forward: convnextFeatures, width: convnextWidth, view: convnextView },
};

/** kind → how it starts, what it makes of features. */
export const heads = {
  linear: { init: initLinearHead, forward: applyLinearHead },
};

/** Any backbone part. */
export type Backbone = Parameters<(typeof backbones)[keyof typeof backbones]["init"]>[0];

/** Any head part. */
export type Head = Parameters<(typeof heads)[keyof typeof heads]["init"]>[0];
