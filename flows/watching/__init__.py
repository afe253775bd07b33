"""The parts behind `flows.watch`: letters, words, meanings, rules and a small trained model."""
