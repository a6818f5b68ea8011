//! The texts of a figure: their font and width, and places where no label covers another.

/// The font of all text. A viewer shows an SVG with the first of these that it has.
pub(super) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// A label of the position `x`, `width` wide, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) x: i32,
    pub(super) width: i32,
}

/// The place of a label: its left edge, and its row, counted from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) left: i32,
    pub(super) row: usize,
}

/// Space between two labels of a row, in pixels.
const GAP: i32 = 6;

/// The greatest width of a text of this size, in pixels. A viewer shows an SVG with a font of its own, so
/// the widths are those of one of the widest common fonts. The size is the height of a line; letters
/// are drawn at no more than 0.87 of it.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let hundredths = |ch: char| match ch {
        'i' | 'j' | 'l' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' => 38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' | '…' => 102,
        'A'..='Z' | '+' | '<' | '=' | '>' | '#' | '~' | '_' | '^' | '$' | '/' => 84,
        ch if ch.is_ascii() => 66,
        _ => 110,
    };
    text.chars().map(hundredths).sum::<i32>() * size * 87 / 10_000 + 1
}

/// A text of at most `most` characters on one line.
pub(super) fn short(text: &str, most: usize) -> String {
    let line = text.split(char::is_control).map(str::trim).find(|part| !part.is_empty());
    let line = line.unwrap_or_default();
    if line.chars().count() <= most && line.len() == text.trim().len() {
        return line.to_owned();
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Finds spots for `labels`, which are sorted by `x`, in `rows` rows between the pixels `from` and `to`.
/// A label stands right of its `x`, or left of it if it would cross the edge, in the first row that has
/// room; `None` if no row has.
pub(super) fn place(labels: &[Label], from: i32, to: i32, rows: usize) -> Vec<Option<Spot>> {
    // The end of the last label in each row.
    let mut taken = vec![from; rows];
    labels
        .iter()
        .map(|label| {
            let fits = label.x + label.width <= to;
            let left = if fits { label.x } else { label.x - label.width };
            let row = taken.iter().position(|taken| *taken <= left)?;
            taken[row] = left + label.width + GAP;
            Some(Spot { left, row })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spot(left: i32, row: usize) -> Option<Spot> {
        Some(Spot { left, row })
    }

    #[test]
    fn labels_move_down_and_at_the_edge_to_the_other_side() {
        let labels = [(0, 50), (10, 50), (56, 30), (95, 40)].map(|(x, width)| Label { x, width });
        let spots = place(&labels, 0, 100, 2);
        assert_eq!(spots, [spot(0, 0), spot(10, 1), spot(56, 0), None]);
        assert_eq!(place(&labels, 0, 100, 3)[3], spot(55, 2));
        assert_eq!(place(&[Label { x: 0, width: 101 }], 0, 100, 1), [None]);
        assert_eq!(place(&labels[..1], 0, 100, 0), [None]);
    }

    #[test]
    fn texts_are_shortened_to_one_line() {
        assert_eq!(short(" loaded ", 10), "loaded");
        assert_eq!(short("\nfirst\nsecond", 10), "first…");
        assert_eq!(short("zwölf Boxkämpfer", 6), "zwölf…");
        assert_eq!(short("", 6), "");
    }

    proptest! {
        #[test]
        fn no_label_covers_another_or_leaves_the_picture(
            mut labels in prop::collection::vec((20..480, 1..300), 0..60),
            rows in 0..6_usize,
        ) {
            labels.sort_unstable();
            let labels: Vec<Label> =
                labels.into_iter().map(|(x, width)| Label { x, width }).collect();
            let spots = place(&labels, 20, 480, rows);
            prop_assert_eq!(spots.len(), labels.len());
            let placed: Vec<(Spot, i32)> = spots
                .iter()
                .zip(&labels)
                .filter_map(|(spot, label)| Some(((*spot)?, label.width)))
                .collect();
            for (index, (spot, width)) in placed.iter().enumerate() {
                prop_assert!(spot.left >= 20 && spot.left + width <= 480 && spot.row < rows);
                for (other, other_width) in &placed[index + 1..] {
                    let apart = spot.left + width <= other.left
                        || other.left + other_width <= spot.left;
                    prop_assert!(spot.row != other.row || apart, "{:?} {:?}", spot, other);
                }
            }
            // As long as there is a row, the first gets a spot if it fits at all.
            if let (Some(first), true) = (labels.first(), rows > 0) {
                let fits = first.x + first.width <= 480 || first.x - first.width >= 20;
                prop_assert_eq!(spots[0].is_some(), fits);
            }
        }
    }
}
