package dev.embedonce.model.tokenizer;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * The tokenizer of a model, in any of the {@linkplain TokenizerForm forms} in which they are published; all are brought
 * to the text of a {@code tokenizer.json}. Tokens that other files name are added: those of {@code
 * tokenizer_config.json}, in older folders of {@code added_tokens.json} and {@code special_tokens_map.json}. Not
 * thread-safe.
 */
public final class PublishedTokenizer {
    private final Path file;
    private final TokenizerSettings settings;
    /** Of another form than {@code tokenizer.json}. */
    private final Optional<TokenizerJson> made;

    private PublishedTokenizer(Path file, TokenizerSettings settings, Optional<TokenizerJson> made) {
        this.file = file;
        this.settings = settings;
        this.made = made;
    }

    /**
     * Finds and reads the tokenizer of a folder.
     *
     * @throws ModelLoadException if there is none, or a file is not understood
     */
    public static PublishedTokenizer read(JsonFiles files) {
        Path folder = files.directory();
        TokenizerForm form = TokenizerForm.of(name -> Files.isRegularFile(folder.resolve(name)))
                .orElseThrow(() -> new ModelLoadException(
                        folder + ": has no tokenizer; expected one of " + TokenizerForm.names()));
        TokenizerSettings settings = TokenizerSettings.read(files);
        Path file = folder.resolve(form.files().get(0));
        if (form == TokenizerForm.JSON) {
            return new PublishedTokenizer(file, settings, Optional.empty());
        }
        TokenizerJson made = switch (form) {
            case VOCABULARY_AND_MERGES -> BytePairFiles.read(folder, settings);
            case TIKTOKEN -> TiktokenFile.read(file, settings);
            default -> TiktokenFile.isOne(file) ? TiktokenFile.read(file, settings) : PieceFile.read(file, settings);
        };
        return new PublishedTokenizer(file, settings.withDefaults(made.defaults()), Optional.of(made));
    }

    /** The file with the vocabulary; names the tokenizer in errors. */
    public Path file() {
        return file;
    }

    /** The settings, with the special tokens of roles that they say nothing about but the form does. */
    public TokenizerSettings settings() {
        return settings;
    }

    /**
     * The text of a {@code tokenizer.json} with all tokens.
     *
     * @param plain tokens that are added in code; the ones that the files have are passed over, the others get the next
     *     numbers
     * @throws ModelLoadException if the file is damaged, or a token cannot have the number it should have
     */
    public String json(List<String> plain) {
        if (made.isPresent()) {
            return made.get().text(settings, plain);
        }
        String text = TokenizerFolder.text(file);
        Collection<AddedToken> added = settings.addedTokens();
        if (added.isEmpty() && plain.isEmpty()) {
            return text;
        }
        Set<String> wanted = new HashSet<>(plain);
        added.forEach(token -> wanted.add(token.content()));
        return TokenizerFile.read(file, text, wanted).with(settings.addedFile(), added, plain);
    }

    /**
     * The {@code tokenizer.json} itself, or what it would be with all tokens where the model has another form.
     *
     * @param wanted the tokens whose ids will be asked for
     * @throws ModelLoadException if the file is damaged
     */
    public TokenizerFile contents(Set<String> wanted) {
        return TokenizerFile.read(file, made.isPresent() ? json(List.of()) : TokenizerFolder.text(file), wanted);
    }

    /**
     * Gives the most characters that one token stands for, at least 1: no text of {@code n} tokens is longer than
     * {@code n} times that, if the tokenizer drops nothing of it. Passes over a {@code tokenizer.json} once more
     * whenever it is asked, and throws a {@link ModelLoadException} if that cannot be read any more.
     *
     * @param plain as for {@link #json}
     */
    public IntSupplier longestToken(List<String> plain) {
        Path path = file;
        int added = longest(Stream.concat(settings.addedTokens().stream().map(AddedToken::content), plain.stream()));
        if (made.isPresent()) {
            int all = Math.max(added, longest(made.get().vocabulary().keySet().stream()));
            return () -> all;
        }
        return () -> {
            try {
                return Math.max(added, TokenizerScan.longestToken(path));
            } catch (IOException e) {
                throw new ModelLoadException(path + ": cannot be read: " + e, e);
            }
        };
    }

    private static int longest(Stream<String> tokens) {
        return tokens.mapToInt(String::length).max().orElse(1);
    }
}
