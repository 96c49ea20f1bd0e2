package io.tamor.model.config;

/** Which of the two inputs a feature belongs to: the user's, or the item's (with its context). */
public enum Side {
    USER,
    ITEM
}
