package io.tamor.model.config;

/** A numeric feature: one column of its side's input, after the embeddings. */
public record DenseSpec(String name, Side side) {
    public DenseSpec {
        Problems.present(name, "name");
        Problems.present(side, "side");
    }
}
